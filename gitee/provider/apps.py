from django.apps import AppConfig


class GiteeProviderConfig(AppConfig):
    name = "gitee.provider"
    label = "gitee_provider"
