using System.Reflection;
using NetArchTest.Rules;

namespace ReuseAddrDashboard.Tests.Shared;

/// <summary>Which folders of an assembly use which, by its code and not by its using lines.</summary>
internal static class Folders
{
    /// <summary>The folders below a root namespace, in the order of the alphabet.</summary>
    public static IReadOnlyList<string> Of(Assembly assembly, string root) =>
        [
            .. assembly
                .GetTypes()
                .Select(t => t.Namespace ?? "")
                .Where(n => n.StartsWith(root + ".", StringComparison.Ordinal))
                .Select(n => n[(root.Length + 1)..].Split('.')[0])
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>The types of one folder that use another folder.</summary>
    public static IReadOnlyList<string> Users(Assembly assembly, string root, string of, string folder) =>
        [
            .. Types
                .InAssembly(assembly)
                .That()
                .ResideInNamespace($"{root}.{of}")
                .And()
                .HaveDependencyOn($"{root}.{folder}")
                .GetTypes()
                .Select(t => t.FullName ?? t.Name),
        ];

    /// <summary>Pairs of folders that use each other, each with a type of either that does.</summary>
    public static IReadOnlyList<string> Circles(Assembly assembly, string root)
    {
        IReadOnlyList<string> all = Of(assembly, root);
        var circles = new List<string>();
        for (int i = 0; i < all.Count; i++)
        {
            for (int j = i + 1; j < all.Count; j++)
            {
                if (Users(assembly, root, all[i], all[j]) is [var there, ..] && Users(assembly, root, all[j], all[i]) is [var back, ..])
                    circles.Add($"{all[i]} ({there}) and {all[j]} ({back})");
            }
        }
        return circles;
    }
}
