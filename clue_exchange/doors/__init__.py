"""
Kafka's doors: TLS and SASL, certificates, the rights that follow from the agreement, and the look before a connection.
"""
