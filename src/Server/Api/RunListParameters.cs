using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Server.Edge;
using ReuseAddrDashboard.Server.Runs;

namespace ReuseAddrDashboard.Server.Api;

/// <summary>What the list of runs can be asked for.</summary>
internal sealed record RunListParameters
{
    private const int MaxId = 64;

    [FromQuery(Name = "before"), Description("Only runs older than the one of this id, the newest of them.")]
    public string? Before { get; init; }

    [FromQuery(Name = "after"), Description("Only runs newer than the one of this id, the oldest of them: the page before. In place of before.")]
    public string? After { get; init; }

    [FromQuery(Name = "limit"), Description("At most so many, 1 to 200; 200 where it is left out.")]
    public string? Limit { get; init; }

    [
        FromQuery(Name = "q"),
        Description("Only runs of which each of these words stands in the lesson's id or title, in a kernel's release, or in the note; at most 200 characters.")
    ]
    public string? Text { get; init; }

    [FromQuery(Name = "lesson"), Description("Only runs of this lesson, a scenario's id.")]
    public string? Lesson { get; init; }

    [FromQuery(Name = "topic"), Description("Only runs of lessons of this topic.")]
    public string? Topic { get; init; }

    [FromQuery(Name = "result"), Description("Only runs whose last deciding call came to this: ok, an errno such as EADDRINUSE, or none where none was made.")]
    public string? Result { get; init; }

    [FromQuery(Name = "kernel"), Description("Only runs with a host of this kernel, as uname -r prints it.")]
    public string? Kernel { get; init; }

    [FromQuery(Name = "kept"), Description("true: only runs that are kept; false: only the others.")]
    public string? Kept { get; init; }

    public (RunQuery? Query, Problem? Problem) Read()
    {
        int most = RunQuery.MaxLimit;
        bool kept = false;
        if (Limit is not null && (!int.TryParse(Limit, NumberStyles.None, CultureInfo.InvariantCulture, out most) || most is < 1 or > RunQuery.MaxLimit))
            return Wrong(Message.Of(EdgeCodes.Limit, ("limit", Problems.Short(Limit)), ("most", RunQuery.MaxLimit)));
        if (Before is { Length: 0 or > MaxId } || After is { Length: 0 or > MaxId })
            return Wrong(Message.Of(EdgeCodes.RunId, ("field", Before is { Length: 0 or > MaxId } ? "before" : "after")));
        if (Before is not null && After is not null)
            return Wrong(new(EdgeCodes.BeforeOrAfter));
        if (Text?.Length > RunQuery.MaxText)
            return Wrong(Message.Of(EdgeCodes.SearchText, ("most", RunQuery.MaxText)));
        if (Kept is not null && !bool.TryParse(Kept, out kept))
            return Wrong(Message.Of(EdgeCodes.Switch, ("field", "kept")));
        return (
            new()
            {
                Before = Before,
                After = After,
                Limit = most,
                Text = Text ?? "",
                Lesson = Lesson,
                Topic = Topic,
                Result = Result,
                Kernel = Kernel,
                Kept = Kept is null ? null : kept,
            },
            null
        );
    }

    private static (RunQuery?, Problem?) Wrong(Message why) => (null, Problems.Of(StatusCodes.Status400BadRequest, why));
}
