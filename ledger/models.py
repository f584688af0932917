"""The chain: one row an entry, each holding the hash of the one before; and the index of decisions."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Head(models.Model):
    """The newest entry's number and hash; its row lock puts concurrent writers in line."""

    seq = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("链尾")
        verbose_name_plural = _("链尾")

    def __str__(self) -> str:
        return f"{self.seq} {self.hash[:12]}"


class Verification(models.Model):
    """When the whole record was last checked (pk 1), how far it went and the first fault, "" for none."""

    at = models.DateTimeField(_("核对时间"))
    seq = models.PositiveBigIntegerField(_("序号"), default=0)
    fault = models.TextField(_("问题"), blank=True)

    class Meta:
        verbose_name = _("核对结果")
        verbose_name_plural = _("核对结果")

    def __str__(self) -> str:
        return f"{self.seq} {self.fault}".strip()


class Entry(models.Model):
    """One public fact. Never changed, never deleted: the database refuses both (see triggers.py).

    `actor` and `subject` are plain text ("person:lin-bert", "promotion:12"), no foreign keys,
    so that the record stands by itself whatever happens to the live rows.
    """

    seq = models.PositiveBigIntegerField(_("序号"), primary_key=True)
    at = models.DateTimeField(_("时间"))
    actor = models.CharField(_("操作者"), max_length=200)
    action = models.CharField(_("动作"), max_length=100)
    subject = models.CharField(_("对象"), max_length=200)
    data = models.JSONField(_("内容"), default=dict)
    prev_hash = models.CharField(_("前一条的哈希"), max_length=64)
    hash = models.CharField(_("哈希"), max_length=64, unique=True)

    class Meta:
        ordering = ["seq"]
        indexes = [
            models.Index(fields=["subject", "seq"], name="ledger_subject_seq"),
            models.Index(fields=["action", "seq"], name="ledger_action_seq"),
        ]
        verbose_name = _("记录")
        verbose_name_plural = _("记录")

    def __str__(self) -> str:
        return f"#{self.seq} {self.action} {self.subject}"


class RegisterRow(models.Model):
    """Where a deciding entry stands in the register. Only an index, made again from the entries by
    `rebuild_register` (see register.py); what counts is the entry.

    No constraint ties it to the entry, for the record stands by itself whatever happens to its index.
    """

    entry = models.OneToOneField(
        Entry,
        models.DO_NOTHING,
        db_constraint=False,
        related_name="register_row",
        verbose_name=_("记录"),
    )
    # 1, 2, 3, … without a gap, in the order of the entries.
    number = models.PositiveBigIntegerField(_("登记号"), unique=True)
    group = models.CharField(_("类别"), max_length=20)
    sig = models.CharField(_("SIG"), max_length=100, blank=True)
    at = models.DateTimeField(_("时间"))
    # Of the portal's time zone.
    year = models.PositiveSmallIntegerField(_("年份"))
    subject = models.CharField(_("对象"), max_length=200)
    # Under which a later decision finds this one (succession.py), and the numbers of its neighbours.
    key = models.CharField(max_length=200, blank=True)
    supersedes = models.PositiveBigIntegerField(_("取代"), null=True)
    superseded_by = models.PositiveBigIntegerField(_("被取代"), null=True)
    search_text = models.TextField(editable=False)
    search_tokens = models.TextField(editable=False)

    class Meta:
        ordering = ["-number"]
        indexes = [
            models.Index(fields=["group", "-number"], name="register_group"),
            models.Index(fields=["sig", "-number"], name="register_sig"),
            models.Index(fields=["year", "-number"], name="register_year"),
            models.Index(
                fields=["-number"],
                name="register_superseded",
                condition=models.Q(superseded_by__isnull=False),
            ),
            models.Index(fields=["key", "-number"], name="register_key"),
        ]
        verbose_name = _("登记")
        verbose_name_plural = _("决议登记")

    def __str__(self) -> str:
        return f"{self.number}"
