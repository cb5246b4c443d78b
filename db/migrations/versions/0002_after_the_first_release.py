"""What came after the first release."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add what came after the first release."""
    op.create_table(
        "blocked",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("seller", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "seller"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "channel",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("paused_until", sa.BigInteger(), nullable=True),
        sa.Column("disabled_at", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mark",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("seller", sa.String(), nullable=False),
        sa.Column("really", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "site_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "past",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("measures", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["source.id"],
        ),
        sa.PrimaryKeyConstraint("source_id", "mode", "at"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "quarantine",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("agreeing", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("measures", sa.String(), nullable=False),
        sa.Column("doubts", sa.String(), nullable=False),
        sa.Column("listings", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["source.id"],
        ),
        sa.PrimaryKeyConstraint("source_id", "mode"),
    )
    op.create_table(
        "aside",
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("listing_id"),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("message", sa.String(), server_default="", nullable=False))
        batch_op.create_index("delivery_sent", ["channel", "sent_at"], unique=False)

    with op.batch_alter_table("listing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("group_id", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("another_since", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("priced_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("ended_how", sa.String(), server_default="", nullable=False))
        batch_op.create_index(
            "listing_auction",
            ["ends_at"],
            unique=False,
            sqlite_where=sa.text("on_offer = 1 AND auction = 1"),
            postgresql_where=sa.text("on_offer AND auction"),
        )
        batch_op.create_index(
            "listing_of_group",
            ["site", "group_id"],
            unique=False,
            sqlite_where=sa.text("group_id <> ''"),
            postgresql_where=sa.text("group_id <> ''"),
        )

    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.add_column(sa.Column("broken_since", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("broken_mode", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("told_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("claimed_by", sa.String(), nullable=True))

    with op.batch_alter_table("told", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rules", sa.String(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("held", sa.Boolean(), server_default=sa.text("(false)"), nullable=False))
        batch_op.create_index(
            "told_held",
            ["listing_id"],
            unique=False,
            sqlite_where=sa.text("held = 1"),
            postgresql_where=sa.text("held"),
        )
