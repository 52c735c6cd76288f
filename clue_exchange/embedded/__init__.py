"""
The parts of the embedded Kafka (clue_exchange/embedded_kafka.py starts it): its jars, its configuration, its process.
"""
