"""
What can be wrong with an evidence pack, in Chinese beside the English words of `evidence_faults`.
"""

from clue_exchange.evidence.faults import Fault

CHINESE_FAULTS: dict[Fault, str] = {
    Fault.NOT_A_PACK: "不是证据包",
    Fault.TOO_LARGE: "超过大小上限,未读取",
    Fault.CUT_OFF: "被截断",
    Fault.COMPRESSED: "被压缩或加密,未打开",
    Fault.NAME: "名称不属于证据包",
    Fault.TWICE: "重复出现",
    Fault.OUT_OF_ORDER: "位置被移动",
    Fault.LAYOUT: "文件字节被改动",
    Fault.NEWER: "版本较新,请用新版程序核验",
    Fault.MANIFEST: "清单与内容不符",
    Fault.MISSING: "缺失",
    Fault.ADDED: "多出,清单未列",
    Fault.CHANGED: "内容被改动,与清单哈希不符",
    Fault.SIGNATURE: "签名不成立",
    Fault.AGREEMENT: "不是双方签署的协议",
    Fault.NOT_TRUSTED: "密钥不在所信任之列",
    Fault.NOT_PROVEN: "签名密钥无从证明",
    Fault.UNREADABLE: "记录格式不规范",
    Fault.OTHER_NUMBER: "编号与名称不符",
    Fault.OTHER_CLUE: "属于其他线索",
    Fault.OTHER_PARTY: "发出方或接收方不符",
    Fault.OTHER_AGREEMENT: "所依协议不在包内",
    Fault.NO_EVENTS: "没有事件",
    Fault.NO_PREDECESSOR: "缺少前序事件",
    Fault.MISLINKED: "前序事件的发出方不符",
    Fault.FORK: "同一位置有两个事件",
    Fault.ID_TWICE: "事件标识重复",
    Fault.NUMBER_ORDER: "编号次序颠倒",
    Fault.NUMBER_TWICE: "编号被占用",
    Fault.NUMBERS_MISSING: "编号缺失",
}
