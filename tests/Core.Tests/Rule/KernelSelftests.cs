namespace ReuseAddrDashboard.Core.Tests.Rule;

/// <summary>An address as the kernel's selftests name it.</summary>
/// <param name="Name">v4_any, v6_only, m_local, ...</param>
/// <param name="Address">Without a port.</param>
internal sealed record SelftestAddress(string Name, string Address, bool V6, bool V6Only = false)
{
    public static readonly IReadOnlyDictionary<string, SelftestAddress> All = new SelftestAddress[]
    {
        new("v4_any", "0.0.0.0", V6: false),
        new("v4_local", "127.0.0.1", V6: false),
        new("v6_any", "[::]", V6: true),
        new("v6_only", "[::]", V6: true, V6Only: true),
        new("v6_local", "[::1]", V6: true),
        new("m_any", "[::ffff:0.0.0.0]", V6: true),
        new("m_local", "[::ffff:127.0.0.1]", V6: true),
    }.ToDictionary(a => a.Name);

    /// <summary>What comes after the two of a pair, in this order, without an option.</summary>
    public static readonly string[] Others = ["v4_any", "v4_local", "v6_any", "v6_local", "m_any", "m_local"];
}

/// <summary>One run of bind_wildcard: two sockets with an option, then six without.</summary>
/// <param name="Option">none, ra or rp.</param>
/// <param name="SecondFree">Whether #1 binds.</param>
/// <param name="OtherFree">The one of #2 to #7 that binds; null for none.</param>
internal sealed record WildcardRun(SelftestAddress First, SelftestAddress Second, string Option, bool SecondFree, int? OtherFree)
{
    // Pairs; whether #1 binds without an option; which of #2 to #7 binds without, and with an option. Linux 6.18 gave all of it.
    private static readonly (string Pairs, bool Free, int? Without, int? With)[] Table =
    [
        (
            "v4_any/v4_local v4_local/v4_any v4_any/m_any v4_any/m_local v4_local/m_any v4_local/m_local m_any/v4_any m_any/v4_local m_local/v4_any m_local/v4_local m_any/m_local m_local/m_any",
            false,
            5,
            5
        ),
        ("v4_any/v6_any v4_local/v6_any m_any/v6_any m_local/v6_any", false, 5, null),
        (
            "v4_any/v6_only v4_any/v6_local v4_local/v6_only v4_local/v6_local v6_only/v4_any v6_only/v4_local v6_local/v4_any v6_local/v4_local "
                + "v6_only/m_any v6_only/m_local v6_local/m_any v6_local/m_local m_any/v6_only m_any/v6_local m_local/v6_only m_local/v6_local",
            true,
            null,
            null
        ),
        ("v6_any/v4_any v6_any/v4_local v6_any/v6_any v6_any/v6_only v6_any/v6_local v6_any/m_any v6_any/m_local", false, null, null),
        ("v6_only/v6_any v6_local/v6_any", false, 2, null),
        ("v6_only/v6_only v6_only/v6_local v6_local/v6_only", false, 2, 2),
    ];

    public static IEnumerable<WildcardRun> All =>
        from row in Table
        from pair in row.Pairs.Split(' ')
        let ends = pair.Split('/')
        from option in (string[])["none", "ra", "rp"]
        select new WildcardRun(
            SelftestAddress.All[ends[0]],
            SelftestAddress.All[ends[1]],
            option,
            option != "none" || row.Free,
            option == "none" ? row.Without : row.With
        );

    /// <summary>The sockets in their order, each with its number, its option and whether it binds.</summary>
    public IEnumerable<(int Number, SelftestAddress At, string Option, bool Binds)> Sockets =>
        [
            (0, First, Option, true),
            (1, Second, Option, SecondFree),
            .. SelftestAddress.Others.Select((name, i) => (i + 2, SelftestAddress.All[name], "none", i + 2 == OtherFree)),
        ];
}
