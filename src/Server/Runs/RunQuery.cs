namespace ReuseAddrDashboard.Server.Runs;

/// <summary>Which runs the list is to have, newest first. What is null lets everything through.</summary>
internal sealed record RunQuery
{
    public const string Ok = "ok",
        NoResult = "none";

    public const int MaxLimit = 200,
        MaxText = 200;

    /// <summary>Runs older than this one, the newest of them.</summary>
    public string? Before { get; init; }

    /// <summary>Runs newer than this one, the oldest of them; in place of <see cref="Before"/>.</summary>
    public string? After { get; init; }

    /// <summary>At most so many.</summary>
    public int Limit { get; init; } = MaxLimit;

    /// <summary>Of this scenario only.</summary>
    public string? Lesson { get; init; }

    /// <summary>Of scenarios of this group only.</summary>
    public string? Topic { get; init; }

    /// <summary>Whose last deciding call came to this: <see cref="Ok"/>, an errno's name, or <see cref="NoResult"/> where there was none.</summary>
    public string? Result { get; init; }

    /// <summary>With a host of this kernel.</summary>
    public string? Kernel { get; init; }

    /// <summary>Only those that are kept, or only the others.</summary>
    public bool? Kept { get; init; }

    /// <summary>What is searched: each word stands in the lesson's id or title, in a kernel, or in the note.</summary>
    public string Text { get; init; } = "";
}
