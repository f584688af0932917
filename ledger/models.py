"""The chain: one row an entry, each holding the hash of the one before."""

from django.db import models
from django.db.models import F, Func
from django.utils.translation import gettext_lazy as _

# The SIG an entry names. Written out, for no engine takes an index on an expression whose parts come
# as parameters; both know this operator.
SIG_NAMED = Func(F("data"), template="(%(expressions)s ->> 'sig')", output_field=models.TextField())


class Head(models.Model):
    """The newest entry's number and hash; its row lock puts concurrent writers in line."""

    seq = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("链尾")
        verbose_name_plural = _("链尾")

    def __str__(self) -> str:
        return f"{self.seq} {self.hash[:12]}"


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
            models.Index(SIG_NAMED, F("seq").desc(), name="ledger_sig_seq"),
        ]
        verbose_name = _("记录")
        verbose_name_plural = _("记录")

    def __str__(self) -> str:
        return f"#{self.seq} {self.action} {self.subject}"
