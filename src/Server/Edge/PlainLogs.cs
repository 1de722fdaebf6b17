using ReuseAddrDashboard.Core.Texts;
using Serilog.Core;
using Serilog.Events;

namespace ReuseAddrDashboard.Server.Edge;

/// <summary>
/// Keeps what came from elsewhere from forging lines of the log: names of hosts, what was asked for, texts of scenarios, and what exceptions quote of these.
/// </summary>
internal sealed class PlainLogs : ILogEventEnricher
{
    /// <summary>
    /// The property that has an event's exception, line by line; the template names it where Serilog's own has <c>{Exception}</c>, which is as it came.
    /// </summary>
    public const string Fault = "Fault";

    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        foreach ((string name, LogEventPropertyValue value) in logEvent.Properties.ToArray())
        {
            LogEventPropertyValue plain = Plain(value);
            if (!ReferenceEquals(plain, value))
                logEvent.AddOrUpdateProperty(new LogEventProperty(name, plain));
        }
        if (logEvent.Exception is { } fault)
            logEvent.AddOrUpdateProperty(new LogEventProperty(Fault, new ScalarValue(Lines(fault))));
    }

    private static LogEventPropertyValue Plain(LogEventPropertyValue value) =>
        value switch
        {
            ScalarValue { Value: string text } => PlainLine.Is(text) ? value : new ScalarValue(PlainLine.From(text)),
            SequenceValue sequence => new SequenceValue(sequence.Elements.Select(Plain)),
            StructureValue structure => new StructureValue(structure.Properties.Select(p => new LogEventProperty(p.Name, Plain(p.Value))), structure.TypeTag),
            DictionaryValue dictionary => new DictionaryValue(dictionary.Elements.Select(e => KeyValuePair.Create((ScalarValue)Plain(e.Key), Plain(e.Value)))),
            _ => value,
        };

    // Indented, so that no line of it looks like one of the log's own.
    private static string Lines(Exception fault) =>
        string.Concat(fault.ToString().Split('\n').Select(line => $"  {PlainLine.From(line.TrimEnd('\r'))}{Environment.NewLine}"));
}
