"""The pages, by what people do on them; every module has one router."""
