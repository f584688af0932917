"""People and their logins on code hosts."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Person(models.Model):
    """A human being, known by one or more accounts; signing in ties a `user` to them."""

    name = models.CharField(_("姓名"), max_length=200)
    organization = models.CharField(_("所属单位"), max_length=200, blank=True)
    # Private (I9): shown to the person and to administrators only.
    email = models.CharField(_("邮箱"), max_length=254, blank=True)
    # In which times stand beside a SIG's: members.time_zone. Private; empty: never chosen.
    time_zone = models.CharField(_("自己的时区"), max_length=64, blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="person",
        verbose_name=_("登录用户"),
    )

    # This row turned out to be the same human as another; everything hangs there now.
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("并入")
    )

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("成员")
        verbose_name_plural = _("成员")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("members:person-detail", args=[self.login])

    @property
    def login(self) -> str:
        """Main login: the oldest account's that is still in use. List pages prefetch `accounts`.

        Accounts that came later, by a merge or by hand, stand behind the person's own.
        """
        # "old~7" is a login that changed hands, see members.people.
        accounts = sorted(
            (account for account in self.accounts.all() if account.host != Account.GIT),
            key=lambda account: ("~" in account.login, account.joined_at is not None, account.pk),
        )
        if not accounts and self.merged_into is not None:
            return self.merged_into.login
        return accounts[0].login if accounts else self.nameless_login

    @property
    def nameless_login(self) -> str:
        """Stands for a login, in addresses and in the ledger, where someone has none."""
        return f"person-{self.pk}"

    @property
    def actor(self) -> str:
        """How the ledger names this person."""
        return f"person:{self.login.lower()}"


def actor_of(person: Person | None) -> str:
    """How the ledger names who acted; None is the portal itself."""
    return person.actor if person else "system"


class Account(models.Model):
    """One login on one code host. The number `uid` is the identity; a login can be renamed."""

    # Names as commits bear them, kept under a host of their own: no logins, nobody can sign in there.
    GIT = "git"

    person = models.ForeignKey(
        Person, models.CASCADE, related_name="accounts", verbose_name=_("成员")
    )
    host = models.CharField(_("代码平台"), max_length=20, default="gitee")
    login = models.CharField(_("账号"), max_length=200)
    uid = models.CharField(_("平台编号"), max_length=64, null=True, blank=True)
    # Since when the host answers that there is no such account any more.
    gone_at = models.DateTimeField(_("注销时间"), null=True, blank=True)
    # When it was given to this person, by a merge or by hand; empty: theirs since it is known.
    joined_at = models.DateTimeField(_("归入时间"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint("host", Lower("login"), name="account_host_login_unique"),
            models.UniqueConstraint(fields=["host", "uid"], name="account_host_uid_unique"),
        ]
        verbose_name = _("账号")
        verbose_name_plural = _("账号")

    def __str__(self) -> str:
        return f"{self.host}:{self.login}"


class FormerLogin(models.Model):
    """A login an account had before it was renamed; charter and OWNERS files still name it."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="former_logins")
    # Lower case: it is only ever compared.
    login = models.CharField(_("曾用账号"), max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "login"], name="formerlogin_account_login_unique"
            )
        ]
        indexes = [models.Index(fields=["login"], name="formerlogin_login")]
        verbose_name = _("曾用账号")
        verbose_name_plural = _("曾用账号")

    def __str__(self) -> str:
        return self.login
