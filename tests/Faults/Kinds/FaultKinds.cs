namespace ReuseAddrDashboard.Faults.Kinds;

/// <summary>One kind of fault.</summary>
/// <param name="Name">What goes wrong.</param>
/// <param name="Do">Does it once and undoes it; false where it could not be done at that moment.</param>
internal sealed record FaultKind(string Name, Func<Task<bool>> Do);

/// <summary>What goes wrong, at moments that chance chooses. Every kind comes once before any comes again.</summary>
internal sealed class FaultKinds(Random random, IReadOnlyList<FaultKind> all)
{
    private readonly Queue<FaultKind> _next = new();

    /// <summary>Does the next one that can be done now.</summary>
    /// <returns>Its name.</returns>
    public async Task<string> Do()
    {
        while (true)
        {
            if (_next.Count == 0)
            {
                FaultKind[] order = [.. all];
                random.Shuffle(order);
                Array.ForEach(order, _next.Enqueue);
            }
            FaultKind kind = _next.Dequeue();
            Doing = kind.Name;
            if (await kind.Do())
                return kind.Name;
        }
    }

    /// <summary>What is being done, or was done last.</summary>
    public string Doing { get; private set; } = "";
}
