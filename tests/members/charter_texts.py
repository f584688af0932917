"""Small charter files of an invented SIG, in the shapes that are met in the wild."""

README = """\
## SIG 简介

星图小组维护星图。

### 范围

训练与推理。

## Maintainers

* Lan Xi @Lan-Xi (星图 SIG 负责人)

## Committers

* Mo Yan @moyan (训练负责人)
* Qiu Shui @qiu_shui (推理负责人)

## 目标

1. 稳定

---

## SIG 组织管理

#### Maintainer (维护者）

* 职责范围：规划。
"""

SIG_INFO = """\
name: Star Map
description: 星图小组
description_en: The star map group
mailing_list: NA
created_on: '2024-05-06'
mature_level: startup
mentors:
- gitee_id: gu-feng
  name: Gu Feng
  email: gu@example.com
maintainers:
- gitee_id: Lan-Xi
  name: Lan Xi
  organization: Example
  email: lan@example.com
repositories:
- repo:
  - stars/map
  repo-admin:
  - gitee_id: Lan-Xi
    name: Lan Xi
    email: lan@example.com
  committers:
  - gitee_id: moyan
    name: mo Yan
    email: mo@example.com
  - gitee_id: qiu_shui
    name: Qiu Shui
    email: qiu@example.com
branches:
- repo_branch:
  - repo: stars/map
    branch: r0.1
"""

OWNERS = """\
approvers:
- Lan-Xi
- moyan
- stranger
reviewers:
- qiu_shui
- guest
- Ye Ming
"""
