namespace ReuseAddrDashboard.Core.Scenarios;

/// <summary>Finds what somebody probably meant.</summary>
public static class Spelling
{
    /// <summary>
    /// The word that is spelled most like one that is not known, without regard to case: at most a third of its letters differ. Null for none.
    /// </summary>
    public static string? Nearest(string word, IEnumerable<string> known)
    {
        if (word.Length is 0 or > Limits.MaxId)
            return null;
        (string Word, int Distance)? best = null;
        foreach (string candidate in known.Where(k => k.Length <= Limits.MaxId && Math.Abs(k.Length - word.Length) <= 3))
        {
            int distance = Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (distance <= Math.Max(1, word.Length / 3) && (best is null || distance < best.Value.Distance))
                best = (candidate, distance);
        }
        return best?.Word;
    }

    // Insertions, deletions and replacements; two neighbours exchanged count as one.
    private static int Distance(string a, string b)
    {
        int[,] costs = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
            costs[i, 0] = i;
        for (int j = 0; j <= b.Length; j++)
            costs[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = costs[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                costs[i, j] = Math.Min(replaced, Math.Min(costs[i - 1, j], costs[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    costs[i, j] = Math.Min(costs[i, j], costs[i - 2, j - 2] + 1);
            }
        }
        return costs[a.Length, b.Length];
    }
}
