# Debian's Prometheus in the layout of the image prom/prometheus, for machines that cannot pull that image.
ARG DEBIAN=debian:12-slim
FROM ${DEBIAN}
RUN apt-get update && apt-get install --yes --no-install-recommends prometheus && \
  rm -rf /var/lib/apt/lists/* && \
  install --directory --owner=nobody --group=nogroup /prometheus
USER nobody
WORKDIR /prometheus
ENTRYPOINT ["/usr/bin/prometheus"]
