"""
What both sides stand on. Its files by subject:

* ledger: ledger, chains, surroundings, views, said_events, signed_events; store, tables, key_tables, journal_tables,
  register_tables; journals, journal_stops, outbox, acknowledgements, rejections, wake
* crypto: sealing, signing; `keys/`; agreements, agreement_check; citizen_numbers
* Kafka: `kafka_clients/` (the one that imports the client), kafka_settings, kafka_fates, kafka_records, connected,
  header_names, topics, topic_admin; `doors/`; embedded_kafka and its parts in `embedded/`
* people: access_log; `people/`
* evidence: `evidence/`
* the rest: settings, clock, workdays, logs, errors, crash_points
"""
