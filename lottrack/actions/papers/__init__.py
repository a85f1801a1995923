"""Documents made from the record: certificate of analysis, batch record dossier, certification."""
