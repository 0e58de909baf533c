# k6 with database extensions: docker build -t k6-databases -f databases.dockerfile .
# Then: K6_IMAGE=k6-databases ./scripts/load-test.sh TEST --docker
FROM golang:1.25-alpine AS build
RUN go install go.k6.io/xk6/cmd/xk6@v1.1.5
RUN xk6 build v1.8.1 --output /k6 \
  --with github.com/GhMartingit/xk6-mongo@v1.2.0 \
  --with github.com/grafana/xk6-sql@v1.0.6 \
  --with github.com/grafana/xk6-sql-driver-postgres@v0.1.2

FROM alpine:3.22
RUN adduser -D -u 12345 k6
COPY --from=build /k6 /usr/bin/k6
USER k6
ENTRYPOINT ["k6"]
