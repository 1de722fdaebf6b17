using ReuseAddrDashboard.Core.Texts;
using Serilog.Core;
using Serilog.Events;

namespace ReuseAddrDashboard.Server.Edge;

/// <summary>Keeps what came from elsewhere from forging lines of the log: names of hosts, what was asked for, texts of scenarios.</summary>
internal sealed class PlainLogs : ILogEventEnricher
{
    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        foreach ((string name, LogEventPropertyValue value) in logEvent.Properties.ToArray())
        {
            if (value is ScalarValue { Value: string text } && !PlainLine.Is(text))
                logEvent.AddOrUpdateProperty(new LogEventProperty(name, new ScalarValue(PlainLine.From(text))));
        }
    }
}
