# node-linux-* from package.json is the runtime: the image needs a libc and npm, nothing else of Node's.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
COPY . .

FROM node:24-bookworm-slim
ENV HOST=0.0.0.0 DATA_DIR=/data NODE_ENV=production PATH=/app/node_modules/.bin:$PATH
WORKDIR /app
COPY --from=build /app /app
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3000
# exec form: signals reach the program, which drains and stops what it owns
CMD ["node", "bin/gaceta.js", "start"]
