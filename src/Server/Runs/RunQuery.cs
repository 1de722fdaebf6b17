namespace ReuseAddrDashboard.Server.Runs;

/// <summary>Which runs the list is to have, newest first.</summary>
/// <param name="Before">Runs older than this one; null for the newest.</param>
/// <param name="Limit">At most so many.</param>
/// <param name="Scenario">Of this scenario only.</param>
/// <param name="Result">Whose last deciding call came to this: <see cref="Ok"/> or an errno's name.</param>
internal sealed record RunQuery(string? Before, int Limit, string? Scenario, string? Result)
{
    public const string Ok = "ok";

    public const int MaxLimit = 200;
}
