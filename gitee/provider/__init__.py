"""Sign-in with Gitee for django-allauth, which has no such provider of its own."""
