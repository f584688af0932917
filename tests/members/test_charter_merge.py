"""Files of one SIG together: who decides a role, what is matched, what is only told."""

from members.charter import owners, readme, sig_info
from members.charter.merge import SENTENCES, Source, merge, sentence
from tests.members.charter_texts import OWNERS, README, SIG_INFO


def source(kind, text):
    parse = {
        "readme": lambda: readme.parse(text, "README.md"),
        "readme-en": lambda: readme.parse(text, "README_en.md", "readme-en"),
        "sig-info": lambda: sig_info.parse(text, "sig-info.yaml"),
        "owners": lambda: owners.parse(text, "OWNERS"),
    }[kind]
    name = {"readme": "README.md", "readme-en": "README_en.md", "sig-info": "sig-info.yaml"}
    facts = parse().facts
    if kind == "owners":
        return Source(kind, "OWNERS", owners.for_repository(facts, "stars/map"), "stars/map")
    return Source(kind, name[kind], facts)


def told(merged):
    return [sentence(difference) for difference in merged.differences]


def all_three():
    return [source("readme", README), source("sig-info", SIG_INFO), source("owners", OWNERS)]


def test_merge_takes_scope_of_one_file_and_duty_of_the_other():
    roles = merge(all_three()).roles
    assert [(p.role, p.login, p.name, p.duty, p.repositories) for p in roles] == [
        ("maintainer", "Lan-Xi", "Lan Xi", "星图 SIG 负责人", ()),
        ("committer", "moyan", "mo Yan", "训练负责人", ("stars/map",)),
        ("committer", "qiu_shui", "Qiu Shui", "推理负责人", ("stars/map",)),
    ]


def test_merge_tells_where_owners_differs():
    assert told(merge(all_three())) == [
        "moyan: called Mo Yan in README.md, mo Yan in sig-info.yaml",
        "qiu_shui: committer, but only reviewer in OWNERS of stars/map",
        "stranger: approver in OWNERS of stars/map, in neither README nor sig-info",
        "guest: reviewer in OWNERS of stars/map, in neither README nor sig-info",
        "Ye Ming: reviewer in OWNERS of stars/map by a display name, not a login",
    ]


def test_merge_tells_of_a_member_who_is_not_in_owners():
    absent = OWNERS.replace("- moyan\n", "")
    sources = [source("sig-info", SIG_INFO), source("owners", absent)]
    assert "moyan: committer, but not in OWNERS of stars/map" in told(merge(sources))


def test_merge_does_not_ask_owners_about_other_repositories():
    elsewhere = SIG_INFO.replace("  - stars/map\n  repo-admin", "  - stars/other\n  repo-admin")
    sources = [source("sig-info", elsewhere), source("owners", OWNERS)]
    assert not [line for line in told(merge(sources)) if line.startswith("qiu_shui: committer")]


def test_merge_tells_of_an_approver_who_is_only_contributor():
    listed = SIG_INFO.replace("  committers:", "  contributors:")
    sources = [source("sig-info", listed), source("owners", OWNERS)]
    assert "moyan: approver in OWNERS of stars/map, only contributor in the SIG" in told(
        merge(sources)
    )


def test_name_without_login_is_matched_by_name_and_said():
    bare = README.replace(" @qiu_shui", "").replace("Qiu Shui", "QiuShui")
    merged = merge([source("readme", bare), source("sig-info", SIG_INFO)])
    assert [p.duty for p in merged.roles if p.login == "qiu_shui"] == ["推理负责人"]
    assert told(merged)[0] == (
        "QiuShui of README.md is read as qiu_shui: sig-info.yaml has one person of that name"
    )


def test_name_that_nobody_has_is_a_problem_and_gives_no_role():
    bare = README.replace("Qiu Shui @qiu_shui", "Somebody Else")
    merged = merge([source("readme", bare), source("sig-info", SIG_INFO)])
    assert [str(p) for p in merged.problems] == [
        "README.md:16: Somebody Else stands here without a login, and nobody in sig-info.yaml is"
        " called so; not taken over"
    ]
    assert "Somebody Else: committer in README.md, not listed in sig-info.yaml" in told(merged)


def test_name_that_two_people_have_is_not_guessed():
    twins = SIG_INFO.replace("name: mo Yan", "name: Qiu  shui")
    bare = README.replace(" @qiu_shui", "")
    merged = merge([source("readme", bare), source("sig-info", twins)])
    assert "several people in sig-info.yaml are called so" in str(merged.problems[0])


def test_readme_alone_gives_roles_to_those_with_a_login():
    merged = merge([source("readme", README)])
    assert [p.login for p in merged.roles] == ["Lan-Xi", "moyan", "qiu_shui"]


def test_owners_alone_gives_no_role():
    assert merge([source("owners", OWNERS)]).roles == ()


def test_sig_info_decides_where_both_list_somebody():
    other = README.replace("Lan Xi @Lan-Xi", "Gu Feng @gu-feng")
    sources = [source("readme", other), source("sig-info", SIG_INFO)]
    merged = merge(sources)
    assert [p.login for p in merged.roles if p.role == "maintainer"] == ["Lan-Xi"]
    assert "gu-feng: maintainer in README.md, mentor in sig-info.yaml" in told(merged)
    assert "Lan-Xi: maintainer in sig-info.yaml, not listed in README.md" in told(merged)
    turned = merge(sources, readme_first=True)
    assert [p.login for p in turned.roles if p.role == "maintainer"] == ["gu-feng"]


def test_readme_first_finds_the_scope_in_sig_info():
    more = README.replace("* Mo Yan", "* New One @new\n* Mo Yan")
    merged = merge([source("readme", more), source("sig-info", SIG_INFO)], readme_first=True)
    assert [p.repositories for p in merged.roles if p.login in ("new", "moyan")] == [
        ("stars/map",),
        ("stars/map",),
    ]


def test_duty_beside_another_role_counts_only_without_that_role():
    both = SIG_INFO.replace(
        "  - gitee_id: moyan", "  - {gitee_id: Lan-Xi, name: Lan Xi}\n  - gitee_id: moyan"
    )
    roles = merge([source("readme", README), source("sig-info", both)]).roles
    assert [(p.role, p.duty) for p in roles if p.login == "Lan-Xi"] == [
        ("maintainer", "星图 SIG 负责人"),
        ("committer", ""),
    ]
    moved = README.replace("* Mo Yan @moyan (训练负责人)\n", "").replace(
        "* Lan Xi", "* Mo Yan @moyan (训练负责人)\n* Lan Xi"
    )
    roles = merge([source("readme", moved), source("sig-info", SIG_INFO)]).roles
    assert [(p.role, p.duty) for p in roles if p.login == "moyan"] == [("committer", "训练负责人")]


def test_other_spelling_of_a_login_is_told():
    sources = [source("readme", README.replace("@Lan-Xi", "@lan-xi")), source("sig-info", SIG_INFO)]
    merged = merge(sources)
    assert "lan-xi in README.md is written Lan-Xi in sig-info.yaml" in told(merged)
    assert [p.duty for p in merged.roles if p.login == "Lan-Xi"] == ["星图 SIG 负责人"]


def test_english_readme_is_compared_and_gives_no_role_beside_others():
    english = "## Maintainers\n\n* Old One @old (lead)\n"
    merged = merge([*all_three(), source("readme-en", english)])
    assert "old" not in [p.login for p in merged.roles]
    assert "old: maintainer in README_en.md, not listed in README.md" in told(merged)


def test_every_difference_has_a_sentence_on_the_page_too():
    from members.charter import drift

    assert SENTENCES.keys() <= drift.SENTENCES.keys()
