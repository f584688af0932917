"""The database itself refuses to change or delete an entry, whoever asks."""

from django.db.backends.base.base import BaseDatabaseWrapper

REFUSAL = "the ledger is append-only"

# REPLACE removes the old row without telling the DELETE trigger, hence the one on INSERT.
SQLITE_CREATE = (
    f"""CREATE TRIGGER IF NOT EXISTS ledger_entry_no_update BEFORE UPDATE ON ledger_entry
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
    f"""CREATE TRIGGER IF NOT EXISTS ledger_entry_no_delete BEFORE DELETE ON ledger_entry
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
    f"""CREATE TRIGGER IF NOT EXISTS ledger_entry_no_replace BEFORE INSERT ON ledger_entry
        WHEN EXISTS (SELECT 1 FROM ledger_entry WHERE seq = NEW.seq OR hash = NEW.hash)
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",  # noqa: S608 - constants only
)
SQLITE_DROP = (
    "DROP TRIGGER IF EXISTS ledger_entry_no_update",
    "DROP TRIGGER IF EXISTS ledger_entry_no_delete",
    "DROP TRIGGER IF EXISTS ledger_entry_no_replace",
)
POSTGRESQL_CREATE = (
    f"""CREATE OR REPLACE FUNCTION ledger_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$""",
    "DROP TRIGGER IF EXISTS ledger_entry_append_only ON ledger_entry",
    """CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
       FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_refuse()""",
)
POSTGRESQL_DROP = ("DROP TRIGGER IF EXISTS ledger_entry_append_only ON ledger_entry",)

STATEMENTS = {
    "sqlite": (SQLITE_CREATE, SQLITE_DROP),
    "postgresql": (POSTGRESQL_CREATE, POSTGRESQL_DROP),
}


def create(connection: BaseDatabaseWrapper) -> None:
    """Install the triggers; does nothing where they stand already."""
    _execute(connection, STATEMENTS[connection.vendor][0])


def drop(connection: BaseDatabaseWrapper) -> None:
    """Remove them: for the flush between tests and for taking the migration back."""
    _execute(connection, STATEMENTS[connection.vendor][1])


def _execute(connection: BaseDatabaseWrapper, statements: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
