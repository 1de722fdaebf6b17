using Microsoft.Data.Sqlite;

namespace ReuseAddrDashboard.Server.Tests.Runs;

/// <summary>
/// A data directory as the version before left it when it was killed (<c>Layout1/runs.sql</c>, the dump of a real one of 26 November 2026, in namespaces as
/// root): one run completed, one reset at once, one open after two steps.
/// </summary>
internal static class EarlierData
{
    public const string Completed = "20261126-005018-77ad47",
        Reset = "20261126-005006-fad5db",
        Open = "20261126-005027-3e43d8";

    public static void Make(string directory) => Execute(directory, File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Runs", "Layout1", "runs.sql")));

    public static void Execute(string directory, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(directory, "runs.db")};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static List<string> Query(string directory, string sql, string file = "runs.db")
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(directory, file)};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader rows = command.ExecuteReader();
        var all = new List<string>();
        while (rows.Read())
        {
            all.Add(
                string.Join(
                    '|',
                    Enumerable.Range(0, rows.FieldCount).Select(i => Convert.ToString(rows.GetValue(i), System.Globalization.CultureInfo.InvariantCulture))
                )
            );
        }

        return all;
    }
}
