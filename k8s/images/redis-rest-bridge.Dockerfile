# The Redis REST bridge. Build from the repository's root: docker build -f k8s/images/redis-rest-bridge.Dockerfile .
# Needs BRIDGE_TOKEN and REDIS_URL; see docs/redis-rest-bridge.md.
FROM node:24-slim
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 BRIDGE_PORT=8079
COPY package.json package-lock.json ./
# The image has its Node; the one in optionalDependencies is for machines that have none.
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force
COPY domain domain
COPY platform platform
USER node
EXPOSE 8079
CMD ["node", "platform/redis-rest-bridge/main.ts"]
