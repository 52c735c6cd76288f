"""
A node looks for itself whether its own topics keep what it promises: before it works, and at intervals while it does.

Who may set topics, or runs the cluster, could otherwise take replicas or retention away unseen.
"""

from collections.abc import Callable, Sequence
from threading import Event

from clue_exchange.errors import BrokerRefused, BrokerUnavailable, DoorClosed, TopicsDrifted
from clue_exchange.logs import Log
from clue_exchange.topic_admin import TopicAdmin
from clue_exchange.topics import Drift, drift, specs_for

REPLICAS = 3
AT_LEAST = ("replicas", "min.insync.replicas")
"""More of these is no harm. They are told from as many brokers as there are now, and one may be down."""
PASSING = "in sync"


class TopicWatch:
    """Watches the topics of one agency, by its own right to see how they are set."""

    def __init__(self, agency: str, connect: Callable[[], TopicAdmin], every_seconds: int, log: Log) -> None:
        self._agency = agency
        self._connect = connect
        self._every_seconds = every_seconds
        self._log = log

    def require(self) -> None:
        """
        Let a node begin whose topics are what they should be.

        Raises:
            TopicsDrifted: names each topic and setting that is not.
            BrokerUnavailable: nobody knows.
        """
        if found := self.found():
            raise TopicsDrifted([f"{e.topic}: {e.setting} should be {e.wanted}, is {e.found}" for e in found])

    def run(self, stop: Event) -> None:
        """Look again and again until `stop` is set, and say loudly what has changed; the node works on."""
        while not stop.wait(self._every_seconds):
            try:
                found = self.found()
            except BrokerUnavailable as error:
                self._log.warning("topics.unseen", error=type(error).__name__)
                continue
            except (BrokerRefused, DoorClosed) as error:  # whoever drifts topics may take the right to see it away, too
                self._log.error("topics.unseen", error=type(error).__name__, security_alert=True)
                continue
            for each in found:
                told = {"setting": each.setting, "wanted": each.wanted, "found": each.found}
                self._log.error("topic.drifted", topic=each.topic, **told, security_alert=True)

    def found(self) -> Sequence[Drift]:
        """What of our topics keeps less than it should, or something else; replicas that catch up are not among it."""
        with self._connect() as admin:
            specs = specs_for(self._agency, min(REPLICAS, admin.brokers()))
            described = admin.describe([spec.name for spec in specs])
        return [each for spec in specs for each in drift(spec, described.get(spec.name)) if _counts(each)]


def _counts(each: Drift) -> bool:
    if each.setting in AT_LEAST:
        return each.found is None or int(each.found) < int(each.wanted)
    return each.setting != PASSING
