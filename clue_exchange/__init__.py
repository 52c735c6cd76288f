"""
What both sides stand on. Its files by subject:

* ledger: ledger, chains, views, said_events, signed_events; store, tables, key_tables; journals, outbox, wake
* keys: keystore, signing, public_keys, key_rotation, key_list, key_announcements, public_key_file; sealing, keyring,
  arriving_keys, vault, at_rest; agreements, agreement_check, ceremony; blind_index, citizen_numbers
* Kafka: kafka_clients (the one that imports the client), kafka_settings, kafka_fates, kafka_records, connected, topics,
  topic_admin; embedded_kafka and its embedded_* parts
* Kafka's doors: kafka_security, tls_preflight, sasl, certificates, local_security, acls, access_admin
* people: officers, passphrases, attempts, permissions; access_log, access_entries, access_evidence
* evidence: evidence and its evidence_* parts, pack_file
* the rest: settings, clock, workdays, logs, errors
"""
