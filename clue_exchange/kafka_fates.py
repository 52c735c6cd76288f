"""
What each error of kafka-python means for us, as one table; no Kafka import.

A test fails when the library grows an error that is not in it. Sorted by the library's own `retriable`, with these
exceptions: a topic that is not there (or is another one of that name) needs a person, and what a new producer or a
new connection cures is worth trying again.
"""

from collections.abc import Sequence
from enum import StrEnum

from clue_exchange.errors import BrokerRefused, BrokerUnavailable, ExchangeError


class Fate(StrEnum):
    """What to do about an error of the client library."""

    UNAVAILABLE = "wait and try again"
    OUT_OF_RANGE = "the log does not hold the position"
    REFUSED = "a person must look"


UNAVAILABLE = """
    BrokerNotAvailableError Cancelled CommitFailedError ConcurrentTransactionsError CoordinatorLoadInProgressError
    CoordinatorNotAvailableError CorrelationIdError DuplicateSequenceNumberError EligibleLeadersNotAvailableError
    FencedLeaderEpochError FetchSessionIdNotFoundError IllegalGenerationError InvalidFetchSessionEpochError
    InvalidMetadataError InvalidProducerEpochError InvalidProducerIdMappingError InvalidReceiveError
    InvalidShareSessionEpochError KafkaConnectionError KafkaProtocolError KafkaStorageError KafkaTimeoutError
    LeaderNotAvailableError ListenerNotFoundError MemberIdRequiredError MetadataEmptyBrokerList
    NetworkExceptionError NewLeaderElectedError NodeNotReadyError NotControllerError NotCoordinatorError
    NotEnoughReplicasAfterAppendError NotEnoughReplicasError NotLeaderForPartitionError OffsetNotAvailableError
    OutOfOrderSequenceNumberError PreferredLeaderNotAvailableError ProducerFencedError QuotaViolationError
    RebalanceInProgressError ReplicaNotAvailableError RequestTimedOutError RetriableError ShareSessionNotFoundError
    StaleBrokerEpochError StaleControllerEpochError StaleMetadata ThrottlingQuotaExceededError
    TooManyInFlightRequests UnjoinedGroupException UnknownBrokerIdError UnknownControllerIdError UnknownError
    UnknownLeaderEpochError UnknownMemberIdError UnknownProducerIdError UnstableOffsetCommitError
"""

OUT_OF_RANGE = """
    LogTruncationError NoOffsetForPartitionError OffsetOutOfRangeError
"""

REFUSED = """
    AuthorizationError BrokerIdNotRegisteredError BrokerResponseError ClusterAuthorizationFailedError
    CorruptRecordError DelegationTokenAuthDisabledError DelegationTokenAuthorizationFailedError
    DelegationTokenExpiredError DelegationTokenNotFoundError DelegationTokenOwnerMismatchError
    DelegationTokenRequestNotAllowedError DuplicateBrokerRegistrationError DuplicateResourceError
    DuplicateVoterError ElectionNotNeededError FeatureUpdateFailedError FencedInstanceIdError FencedMemberEpochError
    FencedStateEpochError FetchSessionTopicIdError GroupAuthorizationFailedError GroupIdNotFoundError
    GroupMaxSizeReachedError GroupSubscribedToTopicError IllegalArgumentError IllegalSaslStateError
    IllegalStateError IncompatibleBrokerVersion InconsistentClusterIdError InconsistentGroupProtocolError
    InconsistentTopicIdError InconsistentVoterSetError IneligibleReplicaError InvalidCommitOffsetSizeError
    InvalidConfigurationError InvalidFetchRequestError InvalidGroupIdError InvalidPartitionsError
    InvalidPrincipalTypeError InvalidRecordError InvalidRecordStateError InvalidRegistrationError
    InvalidReplicationAssignmentError InvalidReplicationFactorError InvalidRequestError InvalidRequiredAcksError
    InvalidSessionTimeoutError InvalidTimestampError InvalidTopicError InvalidTransactionTimeoutError
    InvalidTxnStateError InvalidUpdateVersionError InvalidVoterKeyError KafkaConfigurationError KafkaError
    LogDirNotFoundError MessageSizeTooLargeError MismatchedEndpointTypeError NoError NoReassignmentInProgressError
    NonEmptyGroupError OffsetMetadataTooLargeError OffsetMovedToTieredStorageError OperationNotAttemptedError
    PolicyViolationError PositionOutOfRangeError PrincipalDeserializationFailureError ReassignmentInProgressError
    RecordListTooLargeError RecordTooLargeError ResourceNotFoundError SaslAuthenticationFailedError
    SecurityDisabledError SnapshotNotFoundError StaleMemberEpochError TelemetryTooLargeError TopicAlreadyExistsError
    TopicAuthorizationFailedError TopicDeletionDisabledError TransactionAbortableError TransactionAbortedError
    TransactionCoordinatorFencedError TransactionalIdAuthorizationFailedError TransactionalIdNotFoundError
    UnacceptableCredentialError UnknownSubscriptionIdError UnknownTopicIdError UnknownTopicOrPartitionError
    UnrecognizedBrokerVersion UnreleasedInstanceIdError UnsupportedAssignorError UnsupportedCodecError
    UnsupportedCompressionTypeError UnsupportedEndpointTypeError UnsupportedForMessageFormatError
    UnsupportedSaslMechanismError UnsupportedVersionError VoterNotFoundError
"""

FATES = {
    **dict.fromkeys(UNAVAILABLE.split(), Fate.UNAVAILABLE),
    **dict.fromkeys(OUT_OF_RANGE.split(), Fate.OUT_OF_RANGE),
    **dict.fromkeys(REFUSED.split(), Fate.REFUSED),
}


def fate_of(error: Exception) -> Fate:
    """Look the error up; a class made at run time (an error code newer than the library) has its base class's fate."""
    return next((FATES[cls.__name__] for cls in type(error).__mro__ if cls.__name__ in FATES), Fate.REFUSED)


def translate(error: Exception, acknowledged: Sequence[int] = ()) -> ExchangeError:
    """Give our error for one of the library's."""
    kind = BrokerUnavailable if fate_of(error) is Fate.UNAVAILABLE else BrokerRefused
    return kind(str(error), acknowledged)
