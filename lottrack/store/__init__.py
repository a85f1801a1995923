"""The only room that knows peewee and sqlite3."""
