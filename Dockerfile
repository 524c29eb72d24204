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
# What bench/memory.ts holds to 256 MB. By itself the young generation grows to 128 MB; source maps would cost 100 MB from
# the first error on (the bundle keeps names, and the maps lie beside it for whoever reads a trace).
ENV NODE_OPTIONS="--max-old-space-size=152 --max-semi-space-size=8"
# glibc gives large blocks back as long as nobody moves its threshold, and it moves it unless told: mallopt(3).
ENV MALLOC_MMAP_THRESHOLD_="131072"
USER 65532
CMD ["operator.js"]
