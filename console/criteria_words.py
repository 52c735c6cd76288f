"""
The words of the checklist of eligibility, in Chinese beside the codes.
"""

from collections.abc import Mapping
from enum import StrEnum

from schemas.criteria import Criterion, Finding

CRITERIA_WORDS: Mapping[type[StrEnum], Mapping[str, tuple[str, str]]] = {
    Criterion: {
        "N1": ("检察机关正在办理的案件", "a case that the procuratorate is handling"),
        "N2": ("因犯罪或民事侵权受害,或依靠受害人生活", "harmed by crime or civil tort, or a dependant"),
        "N3": ("生活困难由案件造成", "the hardship comes from the case"),
        "N4": ("无法通过诉讼获得有效赔偿", "no effective compensation through litigation"),
        "N5": ("生活面临急迫困难", "urgent hardship"),
        "N6": ("同一案件同一当事人未获救助", "no earlier aid to the same person in the same case"),
        "E1": ("受犯罪侵害重伤或严重残疾", "gravely injured or severely disabled by crime"),
        "E2": ("受犯罪侵害急需救治无力承担", "injured by crime, needs urgent treatment, cannot pay"),
        "E3": ("受害人死亡或丧失劳动能力,被扶养人失去生活来源", "victim dead or unable to work; dependants"),
        "E4": ("受犯罪侵害财产遭受重大损失", "heavy loss of property by crime"),
        "E5": ("举报人、证人、鉴定人受打击报复", "informant, witness or expert retaliated against"),
        "E6": ("道路交通事故等民事侵权造成人身伤害", "bodily harm by road accident or other civil tort"),
        "E7": ("检察机关认为需要救助的其他情形", "another situation found in need"),
        "X1": ("对案件发生有重大过错", "own grave fault"),
        "X2": ("无正当理由拒绝配合查明事实", "refuses to help establish the facts"),
        "X3": ("虚假陈述或伪造证据", "false statements or forged evidence"),
        "X4": ("放弃民事赔偿或拒绝加害方赔偿", "gave up the claim or refused compensation"),
        "X5": ("生活困难非案件原因所致", "hardship not caused by the case"),
        "X6": ("已获合理赔偿、救助", "reasonable compensation or aid already had"),
    },
    Finding: {
        "given": ("具备", ""),
        "missing": ("尚缺", ""),
        "contradicted": ("有矛盾", ""),
    },
}
