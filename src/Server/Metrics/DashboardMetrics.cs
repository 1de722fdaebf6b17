using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ReuseAddrDashboard.Server.Metrics;

/// <summary>What the dashboard counts and measures of itself. docs/configuration.md lists the instruments.</summary>
internal sealed class DashboardMetrics : IDisposable
{
    /// <summary>The meter, and the source of traces.</summary>
    public const string Name = "ReuseAddrDashboard";

    private const string ResultTag = "result",
        KindTag = "kind";

    // From the same machine to half a minute behind a slow line.
    private static readonly InstrumentAdvice<double> Latencies = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    };

    private readonly Meter _meter;
    private readonly UpDownCounter<long> _labs,
        _agents,
        _viewers;
    private readonly Counter<long> _started,
        _finished,
        _events,
        _lost;
    private readonly Histogram<double> _latency,
        _writing;

    public DashboardMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(Name);
        _labs = _meter.CreateUpDownCounter<long>("reuseaddr.labs", "{lab}", "Labs that run.");
        _agents = _meter.CreateUpDownCounter<long>("reuseaddr.agents", "{agent}", "Agents that have joined.");
        _viewers = _meter.CreateUpDownCounter<long>("reuseaddr.viewers", "{viewer}", "Browsers that look on.");
        _started = _meter.CreateCounter<long>("reuseaddr.runs.started", "{run}", "Runs begun since the dashboard started.");
        _finished = _meter.CreateCounter<long>("reuseaddr.runs.finished", "{run}", "Runs that take no more events.");
        _events = _meter.CreateCounter<long>("reuseaddr.events", "{event}", "Events shown, by their kind.");
        _lost = _meter.CreateCounter<long>("reuseaddr.events.lost", "{event}", "What was lost on the way and counted, in gaps of the runs' logs.");
        _latency = _meter.CreateHistogram(
            "reuseaddr.viewer.latency",
            "s",
            "From an event on its host until it was handed to a browser that looked on already.",
            advice: Latencies
        );
        _writing = _meter.CreateHistogram("reuseaddr.store.write.duration", "s", "How long one write to the store took.", advice: Latencies);
    }

    /// <summary>Where the dashboard's own spans come from.</summary>
    public static ActivitySource Traces { get; } = new(Name);

    public void LabCame() => _labs.Add(1);

    public void LabWent() => _labs.Add(-1);

    public void AgentCame() => _agents.Add(1);

    public void AgentWent() => _agents.Add(-1);

    public void ViewerCame() => _viewers.Add(1);

    public void ViewerWent() => _viewers.Add(-1);

    public void RunStarted() => _started.Add(1);

    public void RunFinished() => _finished.Add(1);

    /// <param name="kind">The event's type.</param>
    public void EventShown(string kind) => _events.Add(1, KeyValuePair.Create<string, object?>(KindTag, kind));

    public void EventsLost(long count) => _lost.Add(count);

    public void Delivered(TimeSpan late) => _latency.Record(Math.Max(0, late.TotalSeconds));

    public void Written(TimeSpan took, bool failed) =>
        _writing.Record(took.TotalSeconds, KeyValuePair.Create<string, object?>(ResultTag, failed ? "failed" : "written"));

    /// <summary>The writes that wait for the store.</summary>
    public void StoreQueue(Func<int> length) =>
        _meter.CreateObservableGauge("reuseaddr.store.queue.length", length, "{write}", "Writes that wait for the store.");

    /// <summary>The events that browsers have yet to be sent.</summary>
    public void ViewerQueue(Func<long> length) =>
        _meter.CreateObservableGauge("reuseaddr.viewer.queue.length", length, "{event}", "Events that browsers have yet to be sent, of all browsers together.");

    public void Dispose() => _meter.Dispose();
}
