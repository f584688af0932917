"""What everybody gets at every address, as text to be read: one column a standing, one line an address."""

# Columns: anonymous, contributor, committer, maintainer, another SIG's maintainer, retired maintainer,
# administrator without a person. First what GET gets, then what POST gets (a body that most forms take).
#   . a page         L sent to sign in      r sent elsewhere, nothing done    w something was done
#   x refused (403)  0 not found (404)      m wrong method (405)   b bad form (400, 422)   u 401
#   * anything but a failure; a name that ends so stands for all that begin so and have no line
TABLE = """
# ── for everyone to read ──
account_email_verification_sent        ....... mmmmmmm
account_inactive                       ....... mmmmmmm
account_reset_password_done            ....... mmmmmmm
account_reset_password_from_key        ....... .......
account_reset_password_from_key_done   ....... mmmmmmm
api                                    ....... mmmmmmm
healthz                                ....... mmmmmmm
home                                   ....... .......
ledger:decisions                       ....... mmmmmmm
ledger:decisions-csv                   ....... mmmmmmm
ledger:decisions-feed                  ....... mmmmmmm
ledger:jsonl                           ....... mmmmmmm
meetings:action-detail                 ....... .......
meetings:action-list                   ....... .......
meetings:agenda-feed                   ....... .......
meetings:calendar                      ....... mmmmmmm
meetings:decision-csv                  ....... .......
meetings:decision-detail               ....... .......
meetings:decision-feed                 ....... .......
meetings:decision-list                 ....... .......
meetings:meeting-detail                ....... .......
meetings:meeting-file                  ....... mmmmmmm
meetings:meeting-list                  ....... .......
meetings:minutes-feed                  ....... .......
meetings:minutes-history               ....... .......
meetings:person-actions                ....... .......
meetings:personal-feed                 ....... mmmmmmm
meetings:series-list                   ....... .......
members:charter-detail                 ....... .......
members:charter-list                   ....... .......
members:drift                          ....... .......
members:drift-person                   ....... .......
members:person-detail                  ....... .......
members:person-evidence                ....... .......
members:person-path                    ....... .......
members:policy-detail                  ....... .......
members:policy-history                 ....... .......
members:policy-list                    ....... .......
members:policy-qualifying              ....... .......
members:promotion-csv                  ....... .......
members:promotion-detail               ....... .......
members:promotion-evidence             ....... .......
members:promotion-feed                 ....... .......
members:promotion-files                ....... .......
members:promotion-list                 ....... .......
members:roster                         ....... .......
members:roster-former                  ....... .......
metrics                                ....... mmmmmmm
readyz                                 ....... mmmmmmm
reviews:exceptions                     ....... .......
reviews:exceptions-csv                 ....... .......
reviews:exceptions-feed                ....... .......
reviews:issue-csv                      ....... .......
reviews:issue-detail                   ....... .......
reviews:issue-feed                     ....... .......
reviews:issue-list                     ....... .......
reviews:pulse                          ....... .......
reviews:pulse-csv                      ....... .......
reviews:record-csv                     ....... .......
reviews:record-detail                  ....... .......
reviews:record-feed                    ....... .......
reviews:record-json                    ....... .......
reviews:record-list                    ....... .......
reviews:resolution-csv                 ....... .......
reviews:resolution-detail              ....... .......
reviews:resolution-feed                ....... .......
reviews:resolution-list                ....... .......
reviews:rfc-feed                       ....... .......
reviews:rfc-list                       ....... .......
reviews:sync                           ....... .......
search                                 ....... .......
sig-home                               ....... .......
socialaccount_login_cancelled          ....... mmmmmmm
# ── portal and sign-in ──
account_change_password                L.....r L.....r
account_confirm_email                  ....... 0000000
account_confirm_login_code             rrrrrrr rrrrrrr
account_email                          L...... Lrrrrrr
account_login                          .rrrrrr .rrrrrr
account_logout                         r...... rrrrrrr
account_reauthenticate                 L.....x L.....x
account_reset_password                 ....... rrrrrrr
account_set_password                   Lrrrrr. Lrrrrr.
account_signup                         .rrrrrr .rrrrrr
gitee_callback                         uuuuuuu uuuuuuu
gitee_login                            ....... rrrrrrr
socialaccount_connections              L...... L......
socialaccount_login_error              uuuuuuu mmmmmmm
socialaccount_signup                   rrrrrrr rrrrrrr
styleguide                             0000000 0000000
usersessions_list                      L...... Lrrrrrr
time-zone                              ....... rwwwwwr
waiting                                L.....r Lmmmmmm
webhook-gitee                          mmmmmmm uuuuuuu
# ── admin ──
admin:*                                LLLLLL* LLLLLL*
admin:jsi18n                           LLLLLL. LLLLLLm
admin:login                            Lxxxxxr Lxxxxx.
admin:logout                           rrrrrrm rrrrrr.
# ── api-v1 ──
api-v1:*                               ******* mmmmmmm
# ── ledger ──
ledger:decision                        0000000 mmmmmmm
# ── meetings ──
meetings:action-add                    rrrrrrr Lxwwxxx
meetings:action-change                 Lrrrrrr Lxwwxxx
meetings:action-close                  Lrrrrrr Lxxwxxx
meetings:action-note                   Lxrrxxx Lx..xxx
meetings:agenda-add                    rrrrrrr Lwwwwwx
meetings:agenda-announce               rrrrrrr Lxwwxxx
meetings:agenda-down                   rrrrrrr Lxrrxxx
meetings:agenda-edit                   rrrrrrr Lxwwxxx
meetings:agenda-fill                   rrrrrrr Lxwwxxx
meetings:agenda-up                     rrrrrrr Lxrrxxx
meetings:agenda-withdraw               rrrrrrr Lxwwxxx
meetings:attendance-add                rrrrrrr Lxwwxxx
meetings:attendance-mark               rrrrrrr Lxwwxxx
meetings:attendance-remove             rrrrrrr Lxwwxxx
meetings:decision-note                 Lxrrxxx Lxwwxxx
meetings:digest-put                    rrrrrrr Lxwwxxx
meetings:duty-give-back                rrrrrrr Lrrrrrx
meetings:duty-name                     rrrrrrr Lx..xxx
meetings:duty-take                     rrrrrrr Lxwwxxx
meetings:meeting-cancel                rrrrrrr Lxwwxxx
meetings:meeting-create                Lxx.xxx Lxx.xxx
meetings:meeting-hold                  rrrrrrr Lxrrxxx
meetings:meeting-move                  rrrrrrr Lx..xxx
meetings:minutes-comment-settle        rrrrrrr Lx..xxx
meetings:minutes-comment-withdraw      rrrrrrr Lxxxxxx
meetings:minutes-comments              ....... Lwwwwwx
meetings:minutes-edit                  Lx..xxx Lxwwxxx
meetings:minutes-live                  xx..xxx xx..xxx
meetings:minutes-offer                 rrrrrrr Lx..xxx
meetings:minutes-publish               rrrrrrr Lxwwxxx
meetings:minutes-save                  rrrrrrr uxwwxxx
meetings:minutes-take-back             rrrrrrr Lxwwxxx
meetings:personal-calendar             L.....x Lwwwwwx
meetings:seat-add                      Lxxrxxx Lxxwxxx
meetings:seat-down                     Lxxrxxx Lxxwxxx
meetings:seat-remove                   Lxxrxxx Lxxwxxx
meetings:seat-up                       Lxxrxxx Lxxwxxx
meetings:series-create                 Lxx.xxx Lxx.xxx
meetings:series-edit                   Lxx.xxx Lxx.xxx
# ── members ──
members:account-add                    Lrrrrrr Lxxwxxw
members:account-detach                 Lxx.xx. Lxx.xx.
members:doubles                        Lxx.xx. Lxx.xx.
members:doubles-apart                  Lmmmmmm Lxx0xx0
members:drift-patch                    0000000 0000000
members:inactivity                     L...xxx Lmmmmmm
members:inquiry-create                 Lmmmmmm Lxxxxxx
members:inquiry-detail                 L...xxx L...xxx
members:leave-end                      Lmmmmmm Lxx.xxx
members:leave-list                     L...xxx L...xxx
members:merge-ask                      Lrrrrrr Lxxxxxx
members:my-evidence                    L.....0 L.....0
members:my-path                        L...... L......
members:notices                        L.....r Lwwwwwr
members:notices-address                Lrrrrrx Lrrrrrx
members:notices-address-ask            Lmmmmmm Lrrrrrx
members:notices-address-forget         Lmmmmmm Lwwwwwx
members:notices-unsubscribe            ....... wwwwwww
members:outbox                         Lxxxxx. Lxxxxx.
members:outbox-retry                   Lmmmmmm Lxxxxxw
members:outbox-retry-failed            Lmmmmmm Lxxxxxw
members:person-identity                Lxx.xx. Lxx.xx.
members:person-merge                   Lxx.xx. Lxxwxxw
members:policy-edit                    Lxx.xxx Lxxbxxx
members:promotion-act                  Lrrrrrr Lrrrrrr
members:promotion-create               L...xxx L...xxx
members:promotion-files-make           mmmmmmm Lxxrxxx
members:promotion-files-propose        mmmmmmm Lxxwxxx
members:promotion-patch                xxx.xx. xxx.xx.
members:promotion-remind               Lrrrrrr Lrrwrrx
members:promotion-retract              Lrrrrrr Lrrrrrr
members:promotion-say                  Lrrrrrr Lrwwrrr
members:promotion-vote                 Lrrrrrr Lrwwrrr
members:role-refresh                   Lxx.xxx Lxx.xxx
# ── reviews ──
reviews:delivery-detail                Lxx.0x. Lxx.0x.
reviews:delivery-list                  Lxx..x. Lxx..x.
reviews:delivery-replay                mmmmmmm Lxxw0xw
reviews:repository-edit                ....... Lxxbxxx
reviews:resolution-create              Lx..xxx Lx..xxx
reviews:rfc-move                       Lrrrrrr Lwwwrrx
reviews:rfc-supersede                  Lrr.rrx Lrr.rrx
reviews:sync-request                   mmmmmmm Lxxwxxw
"""

ROWS = {
    line.split()[0]: (line.split()[1], line.split()[2])
    for line in TABLE.splitlines()
    if line and not line.startswith("#")
}
