using Microsoft.AspNetCore.SignalR;
using ReuseAddrDashboard.Server.Edge;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace ReuseAddrDashboard.Server.Tests.Edge;

public sealed class HubRefusalsTests
{
    private sealed class LogLines : ILogEventSink
    {
        public List<string> Lines { get; } = [];

        public void Emit(LogEvent logEvent) => Lines.Add(logEvent.RenderMessage());
    }

    [Fact]
    public void A_refusal_is_not_logged_and_an_agents_own_error_is()
    {
        var kept = new LogLines();
        using Logger log = new LoggerConfiguration().Filter.ByExcluding(HubRefusals.Is).WriteTo.Sink(kept).CreateLogger();
        var refusal = new HubException("Say Hello first.");
        log.ForContext(Constants.SourceContextPropertyName, "Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher").Error(refusal, "refused");
        log.ForContext(Constants.SourceContextPropertyName, "ReuseAddrDashboard.Server.Hubs.AgentClocks").Warning(refusal, "not measured");
        log.ForContext(Constants.SourceContextPropertyName, "Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher")
            .Error(new InvalidOperationException(), "failed");
        log.Error(refusal, "from nowhere");
        Assert.Equal(["not measured", "failed", "from nowhere"], kept.Lines);
    }
}
