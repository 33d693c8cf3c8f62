using System.Text;

namespace Capacity.Swarm.Monitor;

/// <summary>The files that Prometheus reads, each replaced as a whole, and its reload.</summary>
internal sealed class PrometheusFiles(MonitorSettings settings) : IDisposable
{
    /// <summary>Name of the rule file; Prometheus derives the phase of its evaluations from the path.</summary>
    public const string RulesName = "alert.rules";

    /// <summary>Name of the configuration.</summary>
    public const string ConfigurationName = "prometheus.yml";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly HttpClient _http =
        new(new SocketsHttpHandler { UseProxy = false }) { Timeout = settings.ReloadTimeout };

    private bool _reloadDue;

    /// <summary>Writes what has changed, and reloads Prometheus when something has, or when the last reload
    /// failed.</summary>
    /// <param name="rules">The rule file.</param>
    /// <param name="configuration">The configuration; null when it is not kept here.</param>
    /// <param name="targets">Files of targets by path; others of their folder are removed. Prometheus watches them
    /// itself.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What failed; null when nothing did.</returns>
    public async Task<string?> ApplyAsync(string rules, string? configuration,
        IReadOnlyDictionary<string, string> targets, CancellationToken cancellationToken)
    {
        try
        {
            // An empty file is a rule file without groups; the configuration may name it all the time.
            _reloadDue |= await WriteAsync(RulesName, rules, cancellationToken);
            if (configuration is not null)
            {
                foreach ((string name, string text) in targets.OrderBy(t => t.Key, StringComparer.Ordinal))
                {
                    await WriteAsync(name, text, cancellationToken);
                }

                _reloadDue |= await WriteAsync(ConfigurationName, configuration, cancellationToken);
                RemoveOtherTargets(targets);
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return $"cannot write to {settings.Folder}: {problem.Message}";
        }

        return _reloadDue && settings.Prometheus is not null ? await ReloadAsync(cancellationToken) : null;
    }

    public void Dispose() => _http.Dispose();

    private async Task<bool> WriteAsync(string name, string text, CancellationToken cancellationToken)
    {
        string path = Path.Combine(settings.Folder, name);
        if (File.Exists(path) && await File.ReadAllTextAsync(path, cancellationToken) == text)
        {
            return false;
        }

        string folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        string unfinished = Path.Combine(folder, $".{Path.GetFileName(name)}.tmp");
        await File.WriteAllTextAsync(unfinished, text, Utf8, cancellationToken);
        File.Move(unfinished, path, overwrite: true);
        return true;
    }

    private void RemoveOtherTargets(IReadOnlyDictionary<string, string> targets)
    {
        string folder = Path.Combine(settings.Folder, ScrapeEntry.TargetFolder);
        foreach (string file in Directory.Exists(folder) ? Directory.GetFiles(folder, "*.json") : [])
        {
            if (!targets.ContainsKey($"{ScrapeEntry.TargetFolder}/{Path.GetFileName(file)}"))
            {
                File.Delete(file);
            }
        }
    }

    private async Task<string?> ReloadAsync(CancellationToken cancellationToken)
    {
        var address = new Uri($"{settings.Prometheus!.AbsoluteUri.TrimEnd('/')}/-/reload");
        try
        {
            using HttpResponseMessage answer = await _http.PostAsync(address, null, cancellationToken);
            if (answer.IsSuccessStatusCode)
            {
                _reloadDue = false;
                return null;
            }

            string text = await answer.Content.ReadAsStringAsync(cancellationToken);
            return $"{address} answered {(int)answer.StatusCode}: {text.Trim()}";
        }
        catch (Exception problem) when (problem is HttpRequestException
            || (problem is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return $"{address} does not answer: {problem.Message}";
        }
    }
}
