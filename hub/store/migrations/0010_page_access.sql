-- Who is signed in to the page, and programs' tokens. Secrets are kept only as SHA-256.
CREATE TABLE page_sessions (
    id TEXT PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    began TEXT NOT NULL,
    used TEXT NOT NULL,
    address TEXT NOT NULL,
    agent TEXT NOT NULL
) STRICT;
CREATE TABLE page_tokens (
    id TEXT PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    scope TEXT NOT NULL,
    made TEXT NOT NULL,
    used TEXT,
    expires TEXT
) STRICT;
