"""
The accounts of one agency's officers: who they are is proven here, by login and passphrase.

The only writer of the tables `officer` and `officer_conflict`. Login and name stay in this agency; what facts and logs
carry is the pseudonymous id.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select, text, update

from clue_exchange.access_log import AccessLog
from clue_exchange.clock import Clock
from clue_exchange.errors import CommandRefused, NotProven
from clue_exchange.people.access_entries import NOTHING, Entry, Subject
from clue_exchange.people.attempts import Attempts
from clue_exchange.people.passphrases import NOBODYS_HASH, Passphrase
from clue_exchange.people.permissions import LocalAct, Officer, OfficerRole, Refusal
from clue_exchange.store import Store, Transaction, insert_new, is_sqlite
from clue_exchange.tables import OFFICER, OFFICER_CONFLICT
from schemas.particulars import Name

LOGIN_PATTERN = r"[a-z][a-z0-9._-]{1,39}"
_NAME: TypeAdapter[str] = TypeAdapter(Name)


@dataclass(frozen=True, slots=True)
class NewOfficer:
    """An account to make; the passphrase shows nothing in `repr`."""

    login: str
    name: str
    role: OfficerRole
    passphrase: Passphrase


@dataclass(frozen=True, slots=True)
class Account:
    """An account as a supervisor sees it: no hash."""

    officer_id: str
    login: str
    name: str
    role: OfficerRole
    is_active: bool
    locked_until: datetime | None
    added_at: datetime


@dataclass(frozen=True, slots=True)
class _Claim:
    """An attempt, counted already, and what decides on it; an unknown login has nobody's hash."""

    officer_id: str | None
    role: OfficerRole | None
    phc: str = field(repr=False)
    refused: Refusal | None


class Officers:
    """
    The officers of one agency.

    Who may change an account is asked of the table of permissions by the caller (`AccessLog.permit`); the change is
    logged here, in the same transaction, with the ids of both.
    """

    def __init__(self, store: Store, log: AccessLog, clock: Clock, new_id: Callable[[], UUID]) -> None:
        self._store = store
        self._log = log
        self._clock = clock
        self._new_id = new_id

    def prove(self, login: str, passphrase: Passphrase) -> Officer:
        """
        The officer whose login and passphrase these are.

        Has transactions of its own: an attempt is counted, and committed, before it is judged, so that neither
        parallel guesses nor a guesser who hangs up get more than their number. An unknown login costs the same work.

        Raises:
            NotProven: the same for unknown, wrong, locked and inactive; the access log tells them apart.
        """
        claim = self._claim(login)
        holds = passphrase.opens(claim.phc)
        if claim.officer_id is None or claim.refused is not None or not holds:
            refused = claim.refused or Refusal.not_proven
            self._log.note(Entry(claim.officer_id, claim.role, LocalAct.prove, refused=refused))
            raise NotProven
        with self._store.transaction() as transaction:
            self._set(transaction, claim.officer_id, Attempts().columns())
            return self._officer(transaction, claim.officer_id)

    def add(self, transaction: Transaction, new: NewOfficer, by: Officer | None) -> str:
        """
        Make an account and answer its officer id. `by` is None for the first of an agency alone, a supervisor's.

        Raises:
            CommandRefused: login, name or passphrase will not do, or nobody was proven although there are accounts.
        """
        self._lock(transaction)
        accounts = self.listed(transaction)
        _check(new, accounts, by)
        officer_id = f"officer-{self._new_id().hex[:12]}"
        transaction.execute(
            OFFICER.insert().values(
                officer_id=officer_id,
                login=new.login,
                name=new.name,
                role=new.role,
                passphrase_hash=new.passphrase.hash(),
                is_active=True,
                added_at=self._clock(),
                **Attempts().columns(),
            )
        )
        self._note(transaction, LocalAct.add_officer, by or Officer(officer_id, new.role), officer_id)
        return officer_id

    def deactivate(self, transaction: Transaction, login: str, by: Officer) -> None:
        """
        End an account; it is kept, for facts and logs name its id.

        Raises:
            CommandRefused: no such account is active, or it is the last active supervisor's.
        """
        self._lock(transaction)
        active = {account.login: account for account in self.listed(transaction) if account.is_active}
        account = _account(active, login)
        if not any(other.role is OfficerRole.supervisor for other in active.values() if other is not account):
            raise CommandRefused(f"{login} is the last active supervisor: add another one first")
        self._set(transaction, account.officer_id, {"is_active": False})
        self._note(transaction, LocalAct.deactivate_officer, by, account.officer_id)

    def note_conflict(self, transaction: Transaction, login: str, clue_id: UUID, by: Officer) -> None:
        """
        Note that an officer must neither see nor route a clue: kin, neighbour, once a party. It is not taken back.

        Raises:
            CommandRefused: no such account.
        """
        account = _account({account.login: account for account in self.listed(transaction)}, login)
        insert_new(transaction, OFFICER_CONFLICT, [{"officer_id": account.officer_id, "clue_id": clue_id}])
        self._note(transaction, LocalAct.note_conflict, by, account.officer_id, Subject(clue_id))

    def change_passphrase(self, transaction: Transaction, officer: Officer, passphrase: Passphrase) -> None:
        """
        Give a proven officer another passphrase, of the officer's own choice.

        Raises:
            CommandRefused: it will not do.
        """
        (login,) = transaction.scalars(select(OFFICER.c.login).where(OFFICER.c.officer_id == officer.officer_id))
        passphrase.require_strength(login)
        self._set(transaction, officer.officer_id, {"passphrase_hash": passphrase.hash()})
        self._note(transaction, LocalAct.change_passphrase, officer, officer.officer_id)

    def listed(self, transaction: Transaction) -> tuple[Account, ...]:
        """All accounts, active or not, by login."""
        return tuple(
            Account(
                officer_id=row.officer_id,
                login=row.login,
                name=row.name,
                role=OfficerRole(row.role),
                is_active=row.is_active,
                locked_until=row.locked_until,
                added_at=row.added_at,
            )
            for row in transaction.execute(select(OFFICER).order_by(OFFICER.c.login))
        )

    def _claim(self, login: str) -> _Claim:
        """Count an attempt. A locked or inactive account is refused, and counts no further."""
        now = self._clock()
        with self._store.transaction() as transaction:
            found = select(OFFICER).where(OFFICER.c.login == login).with_for_update()
            row = transaction.execute(found).one_or_none()
            if row is None:
                return _Claim(None, None, NOBODYS_HASH, None)
            role, attempts = OfficerRole(row.role), Attempts(row.failed_attempts, row.failing_since, row.locked_until)
            refused = None if row.is_active else Refusal.inactive
            if refused is None and attempts.is_locked(now):
                refused = Refusal.locked
            if refused is None:
                self._set(transaction, row.officer_id, attempts.one_more(now).columns())
            return _Claim(row.officer_id, role, row.passphrase_hash, refused)

    def _officer(self, transaction: Transaction, officer_id: str) -> Officer:
        is_it = OFFICER.c.officer_id == officer_id, OFFICER.c.is_active
        role = transaction.execute(select(OFFICER.c.role).where(*is_it)).scalar_one_or_none()
        if role is None:  # ended since the attempt was counted
            raise NotProven
        conflicts = select(OFFICER_CONFLICT.c.clue_id).where(OFFICER_CONFLICT.c.officer_id == officer_id)
        return Officer(officer_id, OfficerRole(role), frozenset(transaction.scalars(conflicts)))

    def _note(
        self, transaction: Transaction, act: LocalAct, by: Officer, other: str, subject: Subject = NOTHING
    ) -> None:
        self._log.append(transaction, Entry.of(by, act, other=other, subject=subject))

    @staticmethod
    def _set(transaction: Transaction, officer_id: str, values: Mapping[str, Any]) -> None:
        transaction.execute(update(OFFICER).where(OFFICER.c.officer_id == officer_id).values(**values))

    @staticmethod
    def _lock(transaction: Transaction) -> None:
        """Nobody else adds or ends an account until the transaction ends: there is one first, and a last supervisor."""
        if not is_sqlite(transaction):
            transaction.execute(text("LOCK TABLE officer IN SHARE ROW EXCLUSIVE MODE"))


def _check(new: NewOfficer, accounts: Sequence[Account], by: Officer | None) -> None:
    if by is None and accounts:
        raise CommandRefused("there are accounts already: a supervisor adds further ones (--as LOGIN)")
    if by is None and new.role is not OfficerRole.supervisor:
        raise CommandRefused("the first account of an agency is a supervisor's, who adds the others")
    if not re.fullmatch(LOGIN_PATTERN, new.login):
        raise CommandRefused("a login is 2 to 40 of a-z, 0-9, dot, dash and underscore, and begins with a letter")
    if any(account.login == new.login for account in accounts):
        raise CommandRefused(f"the login {new.login} is taken; a login is not given twice")
    try:
        _NAME.validate_python(new.name)
    except ValidationError:
        raise CommandRefused("a name has 1 to 60 plain characters, without blanks at its ends") from None
    new.passphrase.require_strength(new.login)


def _account(accounts: Mapping[str, Account], login: str) -> Account:
    if login not in accounts:
        raise CommandRefused("there is no such account: see `clue-exchange officers list`")
    return accounts[login]
