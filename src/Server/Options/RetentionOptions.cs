namespace ReuseAddrDashboard.Server.Options;

/// <summary>The section <c>Retention</c> of the configuration: which finished runs are kept. The oldest go first.</summary>
internal sealed record RetentionOptions
{
    public const string Section = "Retention";

    /// <summary>Finished runs kept at most.</summary>
    public Limit Runs { get; init; } = new(10_000);

    /// <summary>How many days finished runs are kept.</summary>
    public Limit Days { get; init; } = Limit.All;

    /// <summary>How large the stored runs may become together, in millions of octets.</summary>
    public Limit Megabytes { get; init; } = new(2_000);
}
