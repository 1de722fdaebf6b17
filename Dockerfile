# The dashboard and its agent, one image each:
#   docker build --target dashboard -t reuseaddr-dashboard .
#   docker build --target agent -t reuseaddr-agent .
# docker-compose.yml beside this builds and runs both.

# Both at once: the dashboard's build has the agent in it, for hosts of its own. Style and analysis are ./test.sh's business.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
# The compiler does not run long enough to earn back what gathering profiles costs.
ENV DOTNET_TieredPGO=0
WORKDIR /source
COPY . .
RUN dotnet publish src/Server -c Release -o /app/dashboard --nologo -p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false \
    && dotnet publish src/Agent -c Release -o /app/agent --nologo -p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS agent
COPY --from=build /app/agent /app
ENTRYPOINT ["/app/reuseaddr-agent"]
CMD ["--help"]

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS dashboard
# The base image's own default of port 8080 on all addresses; here --urls says it.
ENV ASPNETCORE_HTTP_PORTS= \
    REUSEADDR_URLS=http://0.0.0.0:8080 \
    REUSEADDR_HOSTS=none \
    REUSEADDR_DATA=/data
COPY --from=build /app/dashboard /app
# A volume takes over the owner of the directory that it is mounted on.
RUN mkdir /data /keys && chown app:app /data /keys
USER app
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s --retries=3 CMD ["/app/ReuseAddrDashboard.Server", "--healthcheck", "http://127.0.0.1:8080"]
ENTRYPOINT ["/app/ReuseAddrDashboard.Server"]
