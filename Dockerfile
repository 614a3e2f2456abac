# The gateway as a container: one binary, no shell tricks at the start, not root.
#
#   docker build --tag punchgate .
#   docker run --publish 127.0.0.1:8080:8080 --volume punchgate:/data punchgate
#   docker run --rm --volume punchgate:/data punchgate license list

FROM rust:1-slim-bookworm AS build
WORKDIR /src
COPY . .
# The slim image has the C compiler that SQLite is built with; nothing else is needed.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked && cp target/release/punchgate /punchgate

FROM debian:bookworm-slim
# CA certificates: shops that answer for their products themselves (catalog_url) are asked over https.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin punchgate \
    && install --directory --owner punchgate --group punchgate --mode 700 /data
COPY --from=build /punchgate /usr/local/bin/punchgate
USER punchgate
WORKDIR /data
VOLUME /data
ENV PUNCHGATE_DATABASE_URL=sqlite:///data/punchgate.db \
    PUNCHGATE_LISTEN=0.0.0.0:8080 \
    PUNCHGATE_METRICS_LISTEN=0.0.0.0:9464
EXPOSE 8080 9464
# Neither curl nor wget is in the image; bash can open a connection by itself.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health/ready HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]
ENTRYPOINT ["punchgate"]
CMD ["serve"]
