# One agency's node, and every command of clue-exchange: docker compose builds it, or
#
#   docker build --tag clue-exchange . && docker run --rm clue-exchange --help
#
# No HEALTHCHECK: the image runs any command; docker-compose.yml checks the nodes.
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /opt/clue-exchange

# What a node needs and nothing of the tests, by hash; changes more rarely than the program.
COPY requirements-node.lock ./
RUN pip install --require-hashes --requirement requirements-node.lock

COPY pyproject.toml README.md ./
COPY schemas schemas
COPY clue_exchange clue_exchange
COPY producers producers
COPY consumers consumers
COPY console console
RUN pip install --no-deps .

# A volume that is mounted at /county for the first time belongs to this user, too.
RUN useradd --uid 10001 --create-home clue-exchange && install --directory --owner clue-exchange --mode 700 /county
USER clue-exchange
WORKDIR /county
ENTRYPOINT ["clue-exchange"]
CMD ["--help"]
