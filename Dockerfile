# One image, two processes: `node operator.js` or `node worker.js`. The same image runs on EKS and on ECS.
FROM node:24-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN node scripts/bundle.ts

FROM gcr.io/distroless/nodejs24-debian13:nonroot
WORKDIR /app
COPY --from=build /src/dist/ ./
ENV NODE_OPTIONS="--enable-source-maps --max-old-space-size=192"
USER 65532
CMD ["operator.js"]
