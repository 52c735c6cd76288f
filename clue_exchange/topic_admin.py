"""What an administrator asks of the broker: topics made and described, which cluster it is, who serves."""

from collections.abc import Iterable, Sequence

from clue_exchange.connected import Connected
from clue_exchange.doors.kafka_security import KafkaSecurity
from clue_exchange.errors import BrokerUnavailable
from clue_exchange.kafka_clients import KafkaAdminClient, connect, for_code, kafka_admin, translated
from clue_exchange.kafka_records import DescribedTopic, DiskUse, TopicIdentity, TopicSpec
from clue_exchange.kafka_settings import PATIENCE_MS

TOPIC_ALREADY_EXISTS = 36


class TopicAdmin(Connected):
    """
    Makes and describes topics.

    After an outage of all brokers make a new one: the library's client does not recover from it.
    """

    def __init__(
        self,
        bootstrap: str,
        *,
        client_id: str = "clue-exchange",
        patience_ms: int = PATIENCE_MS,
        security: KafkaSecurity | None = None,
    ) -> None:
        own = {"client_id": client_id, "request_timeout_ms": 3 * patience_ms}
        self._admin = connect(KafkaAdminClient, bootstrap, patience_ms, security, **own)

    def create(self, specs: Sequence[TopicSpec]) -> list[str]:
        """
        Make the topics that do not exist, and return their names once every one of `specs` can be used.

        One that exists is left as it is, also when it differs from its spec.
        """
        wanted = {
            spec.name: {
                "num_partitions": spec.partitions,
                "replication_factor": spec.replicas,
                "configs": dict(spec.configs),
            }
            for spec in specs
        }
        with translated():
            try:
                answers = self._admin.create_topics(wanted, raise_errors=False)["topics"]
            except RuntimeError as error:  # the library's word for a cluster without an active controller
                raise BrokerUnavailable(str(error)) from error
            refused = [answer for answer in answers if answer["error_code"] not in (0, TOPIC_ALREADY_EXISTS)]
            for answer in refused:
                error_class = for_code(answer["error_code"])  # type: ignore[no-untyped-call]  # their stub
                raise error_class(f"{answer['name']}: {answer['error_message']}")
            self._admin.wait_for_topics(list(wanted))
        return [answer["name"] for answer in answers if answer["error_code"] == 0]

    def describe(self, names: Iterable[str]) -> dict[str, DescribedTopic]:
        """Describe those of the topics that exist."""
        with translated():
            found = [topic for topic in self._admin.describe_topics(list(names)) if topic["error_code"] == 0]
            resources = [
                kafka_admin.ConfigResource(kafka_admin.ConfigResourceType.TOPIC, topic["name"]) for topic in found
            ]
            # the default filter hides what the broker's file sets, such as min.insync.replicas
            configs = self._admin.describe_configs(resources, config_filter="all").get("topic", {}) if found else {}
        return {
            topic["name"]: DescribedTopic(
                topic["name"],
                str(topic["topic_id"]),
                len(topic["partitions"]),
                min(len(partition["replica_nodes"]) for partition in topic["partitions"]),
                min(len(partition["isr_nodes"]) for partition in topic["partitions"]),
                {name: config["value"] for name, config in configs[topic["name"]].items()},
            )
            for topic in found
        }

    def identities(self, names: Iterable[str]) -> dict[str, TopicIdentity]:
        """Which topics those are that exist; one that is deleted and made anew is another."""
        with translated():
            found = self._admin.describe_topics(list(names))
        return {
            topic["name"]: TopicIdentity(str(topic["topic_id"]), len(topic["partitions"]))
            for topic in found
            if topic["error_code"] == 0
        }

    def disk_use(self) -> DiskUse | None:
        """Tell how much the topics take and what is left; None to whom the cluster may not be described."""
        with translated():
            # all of them: asked for some topics, the library gets an answer without any
            answers = self._admin.describe_log_dirs()
        folders = [folder for broker in answers for folder in broker["log_dirs"] if folder["error_code"] == 0]
        if not folders:
            return None
        sizes: dict[str, int] = {}
        for folder in folders:
            for topic in folder["topics"]:
                size = sum(partition["partition_size"] for partition in topic["partitions"])
                sizes[topic["name"]] = max(size, sizes.get(topic["name"], 0))
        return DiskUse(sizes, min(folder["usable_bytes"] for folder in folders))

    def list(self) -> list[str]:
        """Name every topic that this principal may see."""
        with translated():
            return self._admin.list_topics()

    def cluster_id(self) -> str:
        """Tell which cluster this is; another one at the same address must not be read on from the old positions."""
        with translated():
            return str(self._admin.describe_cluster()["cluster_id"])

    def brokers(self) -> int:
        """Count the brokers that the cluster knows of now."""
        with translated():
            return len(self._admin.describe_cluster()["brokers"])

    def serving_brokers(self) -> int:
        """Count the brokers that serve clients; none while any partition is without a leader."""
        with translated():
            brokers = self._admin.describe_cluster()["brokers"]
            partitions = [part for topic in self._admin.describe_topics() for part in topic["partitions"]]
        if any(part["leader_id"] < 0 for part in partitions):
            return 0
        return sum(not broker["is_fenced"] for broker in brokers)

    def close(self) -> None:
        self._admin.close()
