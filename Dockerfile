# The image holds one file, made by `bun run build`, and the C library it needs. docs/deploy.md says how to run it.

FROM oven/bun:1.4.4-slim AS install
WORKDIR /app
COPY package.json bun.lock ./
# Packages that only tests and linters need are left out.
RUN bun install --frozen-lockfile --production

FROM install AS build
COPY . .
RUN bun run build
# A new volume takes its owner from the folder it is mounted on.
RUN install -d /image/data

# Bun and libSQL need glibc and libgcc, and nothing else: no shell, no package manager, no curl.
FROM gcr.io/distroless/cc-debian12:nonroot
LABEL org.opencontainers.image.title="Threeger ID" \
      org.opencontainers.image.description="The identity and user API that products, AI agents and enterprise systems sign in to" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /app/dist/threeger /threeger
COPY --from=build --chown=65532:65532 /image/data /data
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATABASE_URL=file:/data/threeger.db
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 CMD ["/threeger", "healthcheck"]
ENTRYPOINT ["/threeger"]
