"""The site: pages, forms, sessions, live updates and the JSON API over one desk and one reader."""
