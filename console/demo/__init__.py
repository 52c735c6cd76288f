"""
The demonstration: the whole cooperation of one county, with real node processes on a real Kafka.
"""
