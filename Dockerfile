# Two images from one base:
#   scoring  answers POST /score for a mounted model and does nothing else (a managed online endpoint of Azure ML, or anywhere)
#   app      all of Oddrun, serving the page of odd runs and scoring (the web app of terraform/)
#
#   docker build --target scoring --build-arg NODE_DIGEST=sha256:... --tag oddrun-scoring .
#
# The base is named by its digest, which the build says: .github/workflows/deploy.yml looks it up and records it in the labels.
ARG NODE_TAG=24-slim
ARG NODE_DIGEST

FROM docker.io/library/node:${NODE_TAG}@${NODE_DIGEST} AS build
WORKDIR /src
COPY package.json package-lock.json ./
COPY packages/core/package.json packages/core/
COPY packages/oddrun/package.json packages/oddrun/
COPY packages/oddrun/bin packages/oddrun/bin/
COPY packages/azure/package.json packages/azure/
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.base.json LICENSE ./
COPY packages packages/
COPY scripts/bundle.ts scripts/scoring-bundle.ts scripts/
RUN npx --no-install tsc -b packages/core packages/oddrun/tsconfig.node.json packages/azure
RUN node scripts/bundle.ts
RUN node scripts/scoring-bundle.ts /out/scoring

FROM docker.io/library/node:${NODE_TAG}@${NODE_DIGEST} AS app-install
WORKDIR /out/app
COPY package.json package-lock.json ./
COPY packages/core/package.json packages/core/
COPY packages/oddrun/package.json packages/oddrun/
COPY packages/oddrun/bin packages/oddrun/bin/
COPY packages/azure/package.json packages/azure/
# The lock file's versions, without tools and without the Node that the checkout brings for machines that have another.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund --workspace packages/core --workspace packages/oddrun --workspace packages/azure
RUN mkdir /out/data
COPY LICENSE ./
COPY --from=build /src/packages/core/dist packages/core/dist/
COPY --from=build /src/packages/oddrun/dist packages/oddrun/dist/
COPY --from=build /src/packages/azure/dist packages/azure/dist/

FROM docker.io/library/node:${NODE_TAG}@${NODE_DIGEST} AS app
ARG NODE_TAG
ARG NODE_DIGEST
ARG SOURCE_URL=""
ARG REVISION=""
ARG VERSION=""
LABEL org.opencontainers.image.title="oddrun" \
  org.opencontainers.image.description="Watches GitHub Actions pipelines and says, with reasons, when a run is unlike its fellows." \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.source="${SOURCE_URL}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.base.name="docker.io/library/node:${NODE_TAG}" \
  org.opencontainers.image.base.digest="${NODE_DIGEST}"
WORKDIR /app
COPY --from=app-install /out/app /app/
# The store: the one place that is written to. Mount a volume there to keep it.
COPY --from=app-install --chown=65532:65532 /out/data /data/
ENV NODE_ENV=production ODDRUN_PORT=8080 ODDRUN_DATA_DIR=/data
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.ODDRUN_PORT + '/health/live').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/packages/oddrun/bin/oddrun.js"]
CMD ["serve", "--host", "0.0.0.0"]

FROM docker.io/library/node:${NODE_TAG}@${NODE_DIGEST} AS scoring
ARG NODE_TAG
ARG NODE_DIGEST
ARG SOURCE_URL=""
ARG REVISION=""
ARG VERSION=""
LABEL org.opencontainers.image.title="oddrun-scoring" \
  org.opencontainers.image.description="Answers POST /score for a model of Oddrun: which builds are odd, how odd, and why." \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.source="${SOURCE_URL}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.base.name="docker.io/library/node:${NODE_TAG}" \
  org.opencontainers.image.base.digest="${NODE_DIGEST}"
WORKDIR /app
COPY --from=build /out/scoring /app/
ENV NODE_ENV=production ODDRUN_PORT=8080
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.ODDRUN_PORT + '/health/ready').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/scoring/server.js", "serve", "--scoring-only", "--host", "0.0.0.0"]
