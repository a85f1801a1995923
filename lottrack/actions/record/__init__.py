"""The record about the record: corrections, the audit trail, traces, backups, checks."""
