# The service, built from this repository: a stage that compiles, and one that only runs.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.json ./
RUN npm ci --ignore-scripts
COPY src src
COPY projections projections
COPY evidence evidence
# Tests and benches are not here, so only what runs is compiled.
RUN npm run build
RUN npm prune --omit=dev --ignore-scripts

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production BCF_HOST=0.0.0.0 BCF_PORT=8181
WORKDIR /app
COPY --from=build --chown=root:root /app/node_modules node_modules
COPY --from=build --chown=root:root /app/build/src build/src
COPY --from=build --chown=root:root /app/build/projections build/projections
COPY --from=build --chown=root:root /app/build/evidence build/evidence
COPY --chown=root:root package.json ./
COPY --chown=root:root scenarios scenarios
# What is written, is written below /data: a SQLite file, or the signing key. Everything else may be read-only.
RUN mkdir /data && chown node:node /data && chmod 700 /data
VOLUME /data
USER node
WORKDIR /data
EXPOSE 8181
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=6 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:'+(process.env.BCF_PORT||8181)+'/ready').then((r)=>process.exit(r.ok?0:1),()=>process.exit(1))"]
ENTRYPOINT ["node", "/app/build/src/main.js"]
CMD ["serve"]
