# The dashboard and its agent, one image each:
#   docker build --target dashboard -t reuseaddr-dashboard .
#   docker build --target agent -t reuseaddr-agent .
# docker-compose.yml beside this builds and runs both.

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS source
WORKDIR /source
COPY . .

FROM source AS agent-build
RUN dotnet publish src/Agent -c Release -o /app --nologo

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS agent
COPY --from=agent-build /app /app
ENTRYPOINT ["/app/reuseaddr-agent"]
CMD ["--help"]

FROM source AS dashboard-build
RUN dotnet publish src/Server -c Release -o /app --nologo

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS dashboard
# The base image's own default of port 8080 on all addresses; here --urls says it.
ENV ASPNETCORE_HTTP_PORTS= \
    REUSEADDR_URLS=http://0.0.0.0:8080 \
    REUSEADDR_HOSTS=none \
    REUSEADDR_DATA=/data
COPY --from=dashboard-build /app /app
# A volume takes over the owner of the directory that it is mounted on.
RUN mkdir /data /keys && chown app:app /data /keys
USER app
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s --retries=3 CMD ["/app/ReuseAddrDashboard.Server", "--healthcheck", "http://127.0.0.1:8080"]
ENTRYPOINT ["/app/ReuseAddrDashboard.Server"]
