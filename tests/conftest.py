"""
What every tier of tests shares: hypothesis' settings, and nothing that touches a network.
"""

import os

from hypothesis import HealthCheck, settings

# A shared machine is slow at times: an example that takes long is no failure. The same examples in CI each time.
settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("local"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")
