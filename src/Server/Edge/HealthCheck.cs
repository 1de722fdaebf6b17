namespace ReuseAddrDashboard.Server.Edge;

/// <summary>Asks a running dashboard how it is: a container image needs no curl for it.</summary>
internal static class HealthCheck
{
    public static async Task<int> Ask(string url)
    {
        try
        {
            using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(3) };
            using HttpResponseMessage answer = await http.GetAsync(url.TrimEnd('/') + "/healthz");
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception e)
            when (e is HttpRequestException or TaskCanceledException or InvalidOperationException or UriFormatException or NotSupportedException)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }
}
