"""A code host of the Gitee dialect: HTTP client, typed rows, webhook signature, sign-in provider."""
